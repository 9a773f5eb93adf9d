namespace Headgate.Server.Metrics;

/// <summary>
/// The series of a family, found by the tags of a measurement: without a lock and without an allocation once they have been seen. Of tags beyond the bound
/// all are one series. Thread-safe.
/// </summary>
/// <remarks>
/// A flat table of open addresses that is at most half full. Who reads takes no lock: a place goes from empty to taken once, and a table that grows is
/// replaced by a larger one. The same tags in another order, or written so that their labels come out alike, are places of their own for one series.
/// </remarks>
internal sealed class SeriesTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly Func<string, Series> _create;
    private readonly KeyValuePair<string, object?>[] _constant;
    private readonly int _most;
    private Place?[] _places = new Place?[16];
    private int _taken;
    private Series? _untagged;
    private Series? _overflow;

    /// <param name="most">The most series, without the one for the rest.</param>
    /// <param name="constant">Tags that all have.</param>
    /// <param name="create">Makes a series of its labels.</param>
    public SeriesTable(int most, KeyValuePair<string, object?>[] constant, Func<string, Series> create)
    {
        _most = most;
        _constant = constant;
        _create = create;
    }

    /// <summary>The series of tags.</summary>
    /// <param name="tags">Tags of a measurement.</param>
    /// <param name="isFolded">True if it is the one for the rest.</param>
    public Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, out bool isFolded)
    {
        isFolded = false;
        if (tags.IsEmpty && Volatile.Read(ref _untagged) is { } untagged) return untagged;
        int hash = Hash(tags);
        Place?[] places = Volatile.Read(ref _places);
        for (int at = hash & (places.Length - 1); Volatile.Read(ref places[at]) is { } place; at = (at + 1) & (places.Length - 1))
        {
            if (place.Hash == hash && AreEqual(place.Tags, tags)) return place.Series;
        }

        return Add(tags, hash, out isFolded);
    }

    /// <summary>All series there are now, in no order.</summary>
    public Series[] ToArray()
    {
        lock (_gate) return _overflow is null ? [.. _byLabels.Values] : [.. _byLabels.Values, _overflow];
    }

    private Series Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash, out bool isFolded)
    {
        // Once it is full, who is not in it is not looked for in any other way: that would cost each of many measurements much.
        isFolded = Volatile.Read(ref _overflow) is not null;
        if (isFolded) return _overflow!;
        lock (_gate)
        {
            string labels = LabelSet.Of(tags, _constant);
            if (!_byLabels.TryGetValue(labels, out Series? series))
            {
                isFolded = _byLabels.Count >= _most;
                if (isFolded) return _overflow ??= _create(LabelSet.Overflow);
                _byLabels[labels] = series = _create(labels);
            }

            if (tags.IsEmpty) Volatile.Write(ref _untagged, series);
            else if (_taken < 2 * _most && AreKept(tags)) Take(new Place(hash, tags.ToArray(), series));
            return series;
        }
    }

    private void Take(Place place)
    {
        if (2 * (_taken + 1) > _places.Length)
        {
            Place?[] larger = new Place?[_places.Length * 2];
            foreach (Place? old in _places)
            {
                if (old is not null) Put(larger, old);
            }

            Put(larger, place);
            Volatile.Write(ref _places, larger);
        }
        else
        {
            Put(_places, place);
        }

        _taken++;
    }

    private static void Put(Place?[] places, Place place)
    {
        int at = place.Hash & (places.Length - 1);
        while (places[at] is { } other)
        {
            // Two threads met the same new tags.
            if (other.Hash == place.Hash && AreEqual(other.Tags, place.Tags)) return;
            at = (at + 1) & (places.Length - 1);
        }

        Volatile.Write(ref places[at], place);
    }

    /// <summary>Values alone: names differ seldom where values do not, and are compared afterwards.</summary>
    private static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        int hash = tags.Length;
        foreach (ref readonly KeyValuePair<string, object?> tag in tags) hash = (hash * 31) + (tag.Value?.GetHashCode() ?? 0);
        return hash ^ (hash >>> 15);
    }

    private static bool AreEqual(KeyValuePair<string, object?>[] kept, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (kept.Length != tags.Length) return false;
        for (int i = 0; i < kept.Length; i++)
        {
            if (!string.Equals(kept[i].Key, tags[i].Key, StringComparison.Ordinal)) return false;
            object? a = kept[i].Value;
            object? b = tags[i].Value;
            if (!ReferenceEquals(a, b) && (a is null || !a.Equals(b))) return false;
        }

        return true;
    }

    /// <summary>Values that do not change and are not long can be remembered; of others the labels are worked out each time.</summary>
    private static bool AreKept(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (ref readonly KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Value is not (null or string { Length: <= 1_024 } or ValueType)) return false;
        }

        return true;
    }

    private sealed record Place(int Hash, KeyValuePair<string, object?>[] Tags, Series Series);
}
