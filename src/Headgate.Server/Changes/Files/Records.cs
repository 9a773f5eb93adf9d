using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Headgate.Server.Changes.Files;

/// <summary>
/// The lines that journals and snapshots are made of: <c>checksum length json</c>. Checksum is CRC-32C of what follows its blank, length the bytes
/// of the JSON, both as eight hexadecimal digits; no line end is in the JSON. So a line that a crash tore has no end, and one that has an
/// end and a wrong checksum was damaged afterwards.
/// </summary>
internal static class Records
{
    /// <summary>The longest JSON of a line, in bytes: 1 GiB. Eight times an import of the largest size, with all that was there before.</summary>
    public const int MaxBytes = 1 << 30;

    /// <summary>Two numbers and two blanks.</summary>
    public const int HeadBytes = 18;

    private const int DigitBytes = 8;
    private const int LengthAt = 9;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends a line.</summary>
    /// <exception cref="IOException">It would be longer than a line may be.</exception>
    public static void Append<T>(ArrayBufferWriter<byte> lines, T what, Action<Utf8JsonWriter, T> write)
    {
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json, Plain)) write(writer, what);
        if (json.WrittenCount > MaxBytes) throw new IOException($"a change of {json.WrittenCount} bytes is longer than the {MaxBytes} bytes that a record may have. Split it into several.");
        Span<byte> line = lines.GetSpan(HeadBytes + json.WrittenCount + 1)[..(HeadBytes + json.WrittenCount + 1)];
        Utf8Formatter.TryFormat((uint)json.WrittenCount, line[LengthAt..], out _, new StandardFormat('x', DigitBytes));
        line[LengthAt + DigitBytes] = (byte)' ';
        json.WrittenSpan.CopyTo(line[HeadBytes..]);
        line[^1] = (byte)'\n';
        WriteChecksum(line[LengthAt..^1], line);
        line[DigitBytes] = (byte)' ';
        lines.Advance(line.Length);
    }

    /// <summary>The bytes of JSON that a line says it has; -1 if it does not say.</summary>
    public static int LengthOf(ReadOnlySpan<byte> line) =>
        line.Length >= HeadBytes && line[DigitBytes] == (byte)' ' && line[HeadBytes - 1] == (byte)' '
        && Utf8Parser.TryParse(line.Slice(LengthAt, DigitBytes), out uint length, out int read, 'x') && read == DigitBytes && length <= MaxBytes
            ? (int)length : -1;

    /// <summary>True if a line, without its end, is as it was written, to the letter.</summary>
    public static bool IsGood(ReadOnlySpan<byte> line)
    {
        if (LengthOf(line) != line.Length - HeadBytes) return false;
        Span<byte> digits = stackalloc byte[DigitBytes];
        WriteChecksum(line[LengthAt..], digits);
        return line.StartsWith(digits);
    }

    private static void WriteChecksum(ReadOnlySpan<byte> of, Span<byte> to) => Utf8Formatter.TryFormat(Checksum(of), to, out _, new StandardFormat('x', DigitBytes));

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
