namespace Headgate.AspNetCore.Observability;

/// <summary>
/// The most frequent keys of a stream in bounded memory: Space-Saving with its stream summary (Metwally, Agrawal, El Abbadi 2005, "Efficient
/// computation of frequent and top-k elements in data streams"). One step for each key of the stream, however many there are. Not safe for
/// more than one thread.
/// </summary>
/// <remarks>
/// With m counters after N keys: the counts sum to N; a count is at least the true one, and too large by at most its overcount, which is at
/// most <see cref="Floor"/>, which is at most N/m; whoever came more than N/m times has a counter, and whoever has none came at most
/// <see cref="Floor"/> times.
/// Counters of one count hang on one bucket, buckets stand in a list by count: one more is a move to the bucket next door.
/// </remarks>
internal sealed class SpaceSaving<TKey>
    where TKey : notnull
{
    private const int None = -1;

    private readonly int _capacity;
    private readonly Dictionary<TKey, int> _index;

    /// <summary>A bucket has at least one counter, so there is never need for more buckets than counters, and one while a counter moves.</summary>
    private Counter[] _counters = new Counter[16];
    private Bucket[] _buckets = new Bucket[17];
    private int _used;
    private int _usedBuckets;
    private int _freeBucket = None;
    private int _lowest = None;
    private int _highest = None;

    /// <param name="capacity">How many keys have a counter at once, m: at least 1. Memory is taken as they come.</param>
    /// <param name="comparer">Which keys are one; null for the default.</param>
    public SpaceSaving(int capacity, IEqualityComparer<TKey>? comparer = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _index = new Dictionary<TKey, int>(comparer);
    }

    /// <summary>Keys that have a counter.</summary>
    public int Count => _used;

    /// <summary>Keys that came, N.</summary>
    public long Total { get; private set; }

    /// <summary>How often a key without a counter came at most: the lowest count, or zero while there is room.</summary>
    public long Floor => _used < _capacity ? 0 : _buckets[_lowest].Count;

    /// <summary>A key came once more.</summary>
    public void Add(TKey key)
    {
        Total++;
        if (_index.TryGetValue(key, out int known)) Raise(known);
        else if (_used < _capacity) Take(key);
        else TakeOver(key);
    }

    /// <summary>Adds all counters to a list, the largest count first.</summary>
    public void CopyTo(List<Entry> entries)
    {
        for (int bucket = _highest; bucket != None; bucket = _buckets[bucket].Lower)
        {
            for (int at = _buckets[bucket].First; at != None; at = _counters[at].Next)
                entries.Add(new Entry(_counters[at].Key, _buckets[bucket].Count, _counters[at].Overcount));
        }
    }

    private void Take(TKey key)
    {
        if (_used == _counters.Length)
        {
            int room = Math.Min(_capacity, 2 * _used);
            Array.Resize(ref _counters, room);
            Array.Resize(ref _buckets, room + 1);
        }

        int at = _used++;
        _counters[at].Key = key;
        _index.Add(key, at);
        if (_lowest == None || _buckets[_lowest].Count > 1) Insert(count: 1, lower: None, higher: _lowest);
        Hang(at, _lowest);
    }

    /// <summary>The key takes the counter of the one that came least, of these the one that got there first, with what stands on it.</summary>
    private void TakeOver(TKey key)
    {
        int at = _buckets[_lowest].Last;
        ref Counter counter = ref _counters[at];
        _index.Remove(counter.Key);
        _index.Add(key, at);
        counter.Key = key;
        counter.Overcount = _buckets[_lowest].Count;
        Raise(at);
    }

    private void Raise(int at)
    {
        int from = _counters[at].Bucket;
        long count = _buckets[from].Count + 1;
        int to = _buckets[from].Higher;
        bool isAlone = _buckets[from].First == at && _buckets[from].Last == at;
        if (to == None || _buckets[to].Count != count)
        {
            if (isAlone)
            {
                _buckets[from].Count = count;
                return;
            }

            to = Insert(count, lower: from, higher: to);
        }

        Unhang(at, from);
        if (isAlone) Remove(from);
        Hang(at, to);
    }

    /// <summary>At the front, so that the last of a bucket is the one that has been in it longest.</summary>
    private void Hang(int at, int bucket)
    {
        ref Counter counter = ref _counters[at];
        (counter.Bucket, counter.Previous, counter.Next) = (bucket, None, _buckets[bucket].First);
        if (counter.Next == None) _buckets[bucket].Last = at;
        else _counters[counter.Next].Previous = at;
        _buckets[bucket].First = at;
    }

    private void Unhang(int at, int bucket)
    {
        (int previous, int next) = (_counters[at].Previous, _counters[at].Next);
        if (previous == None) _buckets[bucket].First = next;
        else _counters[previous].Next = next;
        if (next == None) _buckets[bucket].Last = previous;
        else _counters[next].Previous = previous;
    }

    private int Insert(long count, int lower, int higher)
    {
        int at = _freeBucket;
        if (at == None) at = _usedBuckets++;
        else _freeBucket = _buckets[at].Higher;
        _buckets[at] = new Bucket { Count = count, Lower = lower, Higher = higher, First = None, Last = None };
        if (lower == None) _lowest = at;
        else _buckets[lower].Higher = at;
        if (higher == None) _highest = at;
        else _buckets[higher].Lower = at;
        return at;
    }

    private void Remove(int bucket)
    {
        (int lower, int higher) = (_buckets[bucket].Lower, _buckets[bucket].Higher);
        if (lower == None) _lowest = higher;
        else _buckets[lower].Higher = higher;
        if (higher == None) _highest = lower;
        else _buckets[higher].Lower = lower;
        _buckets[bucket].Higher = _freeBucket;
        _freeBucket = bucket;
    }

    /// <summary>A key, how often it came at most, and how much of that may be others'.</summary>
    public readonly record struct Entry(TKey Key, long Count, long Overcount);

    private struct Counter
    {
        public TKey Key;
        public long Overcount;
        public int Bucket;
        public int Previous;
        public int Next;
    }

    private struct Bucket
    {
        public long Count;
        public int Lower;
        public int Higher;
        public int First;
        public int Last;
    }
}
