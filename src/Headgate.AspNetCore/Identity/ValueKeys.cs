using System.Runtime.CompilerServices;
using Headgate.Extensions;
using Headgate.Extensions.Policies;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// Keeps the keys of values seen of late, so that a caller who comes again costs no allocation. Every place holds one immutable entry, and a
/// newer one takes it: a caller who makes up values wins nothing but misses, and memory stays below 3 MiB. Thread-safe without locks:
/// a lost write is a later miss.
/// </summary>
internal sealed class ValueKeys
{
    /// <summary>Longer values are not kept, in characters. 2,048 entries of at most 800 bytes.</summary>
    private const int MaxLength = 64;

    private const int Places = 2_048;

    private readonly Entry?[] _single = new Entry?[Places];
    private readonly Joint?[] _joint = new Joint?[Places / 2];

    /// <summary>The key of a value of a source.</summary>
    public string KeyOf(KeySource source, string value)
    {
        if (value.Length > MaxLength) return PartitionKey.Of(source, value);
        ref Entry? place = ref _single[PlaceOf(value.GetHashCode(StringComparison.Ordinal) ^ RuntimeHelpers.GetHashCode(source), Places)];
        Entry? kept = Volatile.Read(ref place);
        if (kept is not null && ReferenceEquals(kept.Source, source) && kept.Value == value) return kept.Key;
        Entry entry = new(source, value, PartitionKey.Of(source, value));
        Volatile.Write(ref place, entry);
        return entry.Key;
    }

    /// <summary>The key of several that count together.</summary>
    public string KeyOf(ReadOnlySpan<string?> parts)
    {
        HashCode hash = default;
        int length = 0;
        foreach (string? part in parts)
        {
            hash.Add(part);
            length += part!.Length;
        }

        if (length > 4 * MaxLength) return PartitionKey.Join(parts!);
        ref Joint? place = ref _joint[PlaceOf(hash.ToHashCode(), _joint.Length)];
        Joint? kept = Volatile.Read(ref place);
        if (kept is not null && parts.SequenceEqual(kept.Parts)) return kept.Key;
        Joint entry = new(parts.ToArray(), PartitionKey.Join(parts!));
        Volatile.Write(ref place, entry);
        return entry.Key;
    }

    private static int PlaceOf(int hash, int places) => (int)((uint)hash % (uint)places);

    private sealed record Entry(KeySource Source, string Value, string Key);

    private sealed record Joint(string?[] Parts, string Key);
}
