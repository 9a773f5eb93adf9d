using System.Globalization;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>Keys of 32 hexadecimal digits, without order or common prefix: the n-th is the same in every run.</summary>
internal static class KeyText
{
    public const int Length = 32;

    public static string Create(long index) => string.Create(Length, index, static (text, index) => Write(index, text));

    /// <summary>Writes the key of <paramref name="index"/> into the first 32 places.</summary>
    public static void Write(long index, Span<char> text)
    {
        ulong first = Mix((ulong)index);
        Put(first, text);
        Put(Mix(first ^ 0x6A09_E667_F3BC_C908), text[16..]);
    }

    private static void Put(ulong value, Span<char> text) => value.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): a bijection, so no two indexes share a key.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
