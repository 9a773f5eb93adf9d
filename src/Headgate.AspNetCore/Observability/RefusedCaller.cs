namespace Headgate.AspNetCore.Observability;

/// <summary>A caller that a policy refuses, or would refuse if it were not in shadow: how often since the last line about it.</summary>
internal sealed class RefusedCaller(CallerKey key, DateTimeOffset since)
{
    /// <summary>Below every count: whoever counts up from here sees that the caller was forgotten in between.</summary>
    private const long Forgotten = long.MinValue / 2;

    private long _fresh;
    private bool _isKnown;
    private string? _id;

    public CallerKey Key { get; } = key;

    public DateTimeOffset Since { get; } = since;

    /// <summary>Refusals that lines have told of. Touched by one thread at a time: the one that added the caller, then the one that writes.</summary>
    public long Told { get; set; }

    public string Id => _id ??= CallerId.Of(Key.Key);

    /// <summary>Counts one more; false if the caller was forgotten.</summary>
    public bool Count() => Interlocked.Increment(ref _fresh) > 0;

    /// <summary>Takes what no line has told of.</summary>
    public long TakeFresh() => Interlocked.Exchange(ref _fresh, 0);

    /// <summary>
    /// True if nothing came since the last time this was asked, and nothing can any more. The first time it is false: a caller that came just
    /// before would be new again just after. For one thread at a time.
    /// </summary>
    public bool TryForget()
    {
        if (_isKnown) return Interlocked.CompareExchange(ref _fresh, Forgotten, 0) == 0;
        _isKnown = true;
        return false;
    }
}

/// <summary>Who was refused by whom, and whether in earnest.</summary>
internal readonly record struct CallerKey(string Policy, string Key, bool InShadow);
