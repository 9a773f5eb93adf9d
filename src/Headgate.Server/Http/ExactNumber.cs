namespace Headgate.Server.Http;

/// <summary>What became of a number that was read.</summary>
internal enum NumberFit
{
    /// <summary>It is there exactly.</summary>
    Exact,

    /// <summary>It has more decimals than are kept.</summary>
    TooFine,

    /// <summary>It does not fit, above or below.</summary>
    TooLarge,

    /// <summary>It is not written as JSON writes numbers.</summary>
    NoNumber,
}

/// <summary>
/// Reads numbers exactly or not at all, however they are written: <c>1000</c>, <c>1E3</c> and <c>1000.0</c> are one number, <c>-0</c> is 0, and nothing
/// is ever rounded.
/// </summary>
internal static class ExactNumber
{
    /// <summary>Powers of ten that a long can hold.</summary>
    private const int MostDigits = 18;

    /// <summary>Beyond it no exponent makes a difference.</summary>
    private const long MostExponent = 1_000_000_000;

    /// <summary>Reads a number in units of 10^-<paramref name="decimals"/>.</summary>
    /// <param name="text">The number as JSON writes it.</param>
    /// <param name="decimals">Decimals that are kept: 0 for whole numbers, 6 for microseconds.</param>
    /// <param name="scaled">The number of units; 0 unless it is exact.</param>
    public static NumberFit Read(ReadOnlySpan<byte> text, int decimals, out long scaled)
    {
        scaled = 0;
        bool isNegative = text.StartsWith("-"u8);
        if (isNegative) text = text[1..];
        ReadOnlySpan<byte> whole = Digits(ref text);
        if (whole.IsEmpty || (whole.Length > 1 && whole[0] == '0')) return NumberFit.NoNumber;
        ReadOnlySpan<byte> fraction = default;
        if (text.StartsWith("."u8))
        {
            text = text[1..];
            fraction = Digits(ref text);
            if (fraction.IsEmpty) return NumberFit.NoNumber;
        }

        long exponent = 0;
        if (!text.IsEmpty && !TryExponent(text, out exponent)) return NumberFit.NoNumber;
        NumberFit fit = Scale(whole, fraction, exponent + decimals, out long magnitude);
        if (fit == NumberFit.Exact) scaled = isNegative ? -magnitude : magnitude;
        return fit;
    }

    private static ReadOnlySpan<byte> Digits(scoped ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (end < 0) end = text.Length;
        ReadOnlySpan<byte> digits = text[..end];
        text = text[end..];
        return digits;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out long exponent)
    {
        exponent = 0;
        if (text[0] is not ((byte)'e' or (byte)'E')) return false;
        text = text[1..];
        bool isNegative = text.StartsWith("-"u8);
        if (isNegative || text.StartsWith("+"u8)) text = text[1..];
        ReadOnlySpan<byte> digits = Digits(ref text);
        if (digits.IsEmpty || !text.IsEmpty) return false;
        foreach (byte digit in digits) exponent = Math.Min((exponent * 10) + (digit - '0'), MostExponent);
        if (isNegative) exponent = -exponent;
        return true;
    }

    /// <summary>The digits of both parts, times 10^<paramref name="exponent"/> behind the point.</summary>
    private static NumberFit Scale(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, long exponent, out long scaled)
    {
        scaled = 0;
        // The places of the first and the last digit that is not 0, counted from the first of all.
        int first = First(whole, fraction);
        if (first < 0) return NumberFit.Exact;
        int last = Last(whole, fraction);
        long lowest = exponent + whole.Length - 1 - last;
        long highest = exponent + whole.Length - 1 - first;
        if (highest > MostDigits) return NumberFit.TooLarge;
        if (lowest < 0) return NumberFit.TooFine;
        ulong number = 0;
        for (int i = first; i <= last; i++) number = (number * 10) + (ulong)((i < whole.Length ? whole[i] : fraction[i - whole.Length]) - '0');
        for (; lowest > 0; lowest--) number *= 10;
        if (number > long.MaxValue) return NumberFit.TooLarge;
        scaled = (long)number;
        return NumberFit.Exact;
    }

    private static int First(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction)
    {
        int first = whole.IndexOfAnyExcept((byte)'0');
        if (first >= 0) return first;
        first = fraction.IndexOfAnyExcept((byte)'0');
        return first < 0 ? -1 : whole.Length + first;
    }

    private static int Last(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction)
    {
        int last = fraction.LastIndexOfAnyExcept((byte)'0');
        return last >= 0 ? whole.Length + last : whole.LastIndexOfAnyExcept((byte)'0');
    }
}
