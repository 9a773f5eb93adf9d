namespace Headgate.Redis.Keys;

/// <summary>Four bytes as five printable characters (ZeroMQ RFC 32): the shortest text of a hash that a terminal shows and takes.</summary>
internal static class Z85
{
    private static ReadOnlySpan<byte> Digits => "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"u8;

    /// <summary>The character of a digit, 0 to 84. The first 79 are no braces.</summary>
    public static byte Digit(int value) => Digits[value];

    /// <summary>Writes a number as five characters, the most significant first.</summary>
    public static void Write(uint number, Span<byte> five)
    {
        for (int i = 4; i >= 0; i--)
        {
            five[i] = Digits[(int)(number % 85)];
            number /= 85;
        }
    }
}
