using System.Numerics;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Answers;

/// <summary>Recent values of the <c>RateLimit</c> field, so that answers that repeat allocate nothing. 1,024 entries, whatever the number of limits.</summary>
/// <remarks>Racy and right: an entry is immutable and says what it is for; the last one written to its place stays.</remarks>
internal sealed class ValueCache(IFieldText text)
{
    private const int Bits = 10;
    private readonly Entry?[] _entries = new Entry?[1 << Bits];

    public StringValues Of(LimitItem item, long remaining, long seconds)
    {
        ref Entry? place = ref _entries[PlaceOf(item, remaining, seconds)];
        Entry? known = place;
        if (known is not null && known.Remaining == remaining && known.Seconds == seconds && ReferenceEquals(known.Item, item)) return known.Value;
        place = known = new Entry(item, remaining, seconds, text.Limit(item, remaining, seconds));
        return known.Value;
    }

    internal static int PlaceOf(LimitItem item, long remaining, long seconds) =>
        (int)((((ulong)remaining + BitOperations.RotateLeft((ulong)seconds, 20) + item.Salt) * 0x9E3779B97F4A7C15) >> (64 - Bits));

    private sealed class Entry(LimitItem item, long remaining, long seconds, string value)
    {
        public readonly LimitItem Item = item;
        public readonly long Remaining = remaining;
        public readonly long Seconds = seconds;
        public readonly StringValues Value = value;
    }
}
