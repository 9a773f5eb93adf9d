using System.Globalization;
using System.Text;
using Headgate.Server.Http;

namespace Headgate.Server.Decisions;

/// <summary>The numbers of a request, from a body or a query, within their bounds.</summary>
internal static class CheckNumbers
{
    /// <summary>The largest cost: that of the largest limit.</summary>
    public const long MaxCost = LimitBounds.MaxPermits;

    private const int MaxShown = 60;
    private const int MicroDecimals = 6;

    /// <summary>Reads a number as JSON writes it.</summary>
    /// <returns>What is wrong with it; null if nothing is.</returns>
    public static RequestRefusal? Set(ReadOnlySpan<byte> text, CheckFields field, ref CheckValues values)
    {
        long number;
        switch (field)
        {
            case CheckFields.Cost:
                if (!TryWhole(text, 0, MaxCost, out number)) return Refuse(text, field, $"a whole number between 0 and {MaxCost}. Leave it out for 1");
                values.Cost = number;
                return null;
            case CheckFields.MaxRequests:
                if (!TryWhole(text, 1, LimitBounds.MaxSlidingLogPermits, out number))
                    return Refuse(text, field, $"a whole number between 1 and {LimitBounds.MaxSlidingLogPermits}. Configure the action for a larger one, with another algorithm");
                values.MaxRequests = number;
                return null;
            default:
                long most = LimitBounds.MaxPeriod.Ticks / TimeSpan.TicksPerMicrosecond;
                NumberFit fit = ExactNumber.Read(text, MicroDecimals, out number);
                if (fit == NumberFit.TooFine) return Refuse(text, field, "a whole number of microseconds: seconds with at most 6 decimals. Round it");
                if (fit != NumberFit.Exact || number < 1 || number > most)
                    return Refuse(text, field, $"a number of seconds between 0.000001 and {(most / 1_000_000).ToString(CultureInfo.InvariantCulture)}. Use a window within these bounds");
                values.Window = TimeSpan.FromMicroseconds(number);
                return null;
        }
    }

    /// <summary>Text that was sent, up to a length.</summary>
    public static string Cut(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= MaxShown) return Encoding.UTF8.GetString(utf8);
        int end = MaxShown;
        // Not in the middle of a character.
        while ((utf8[end] & 0xC0) == 0x80) end--;
        return Encoding.UTF8.GetString(utf8[..end]) + "...";
    }

    private static bool TryWhole(ReadOnlySpan<byte> text, long least, long most, out long number) =>
        ExactNumber.Read(text, 0, out number) == NumberFit.Exact && number >= least && number <= most;

    private static RequestRefusal Refuse(ReadOnlySpan<byte> text, CheckFields field, string expected)
    {
        string name = CheckReader.NameOf(field), shown = Cut(text);
        return RequestRefusal.Bad(name, shown, $"{name} is {shown}; it must be {expected}.");
    }
}
