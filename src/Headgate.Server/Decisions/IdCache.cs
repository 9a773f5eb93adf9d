using System.Runtime.InteropServices;
using System.Text;

namespace Headgate.Server.Decisions;

/// <summary>
/// Texts by their UTF-8, for ids of which there are few: the latest in each place are kept, so that they need not be made again for each request, and are
/// the same objects. Bounded; racy and right: an entry is immutable, and a lost one is only made again.
/// </summary>
internal sealed class IdCache
{
    private const int Places = 1024;

    /// <summary>Longer ones are made each time.</summary>
    private const int MaxBytes = 64;

    private readonly Entry?[] _entries = new Entry?[Places];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes) return Encoding.UTF8.GetString(utf8);
        ref Entry? place = ref _entries[PlaceOf(utf8)];
        Entry? known = Volatile.Read(ref place);
        if (known is not null && utf8.SequenceEqual(known.Utf8)) return known.Text;
        Entry made = new(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        Volatile.Write(ref place, made);
        return made.Text;
    }

    /// <summary>Any place does: two ids that share one push each other out, and nothing else happens.</summary>
    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        ulong hash = (ulong)utf8.Length;
        while (utf8.Length >= sizeof(ulong))
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(utf8)) * 0x9E3779B97F4A7C15;
            utf8 = utf8[sizeof(ulong)..];
        }

        foreach (byte one in utf8) hash = (hash ^ one) * 0x9E3779B97F4A7C15;
        return (int)(hash >> 54);
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
