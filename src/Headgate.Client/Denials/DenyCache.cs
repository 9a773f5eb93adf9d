namespace Headgate.Client.Denials;

/// <summary>
/// Denials until their retry time, counted from when the question left, so that nobody is denied here who would be admitted there unless permits came back by
/// another way. A fixed number of places, each overwritten by the next denial that falls on it: bounded, and without a lock. Thread-safe.
/// </summary>
internal sealed class DenyCache
{
    private readonly Denial?[] _places;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _maxAge;

    /// <param name="size">Places; rounded up to a power of two. 0 remembers nothing.</param>
    /// <param name="maxAge">The longest that a denial is remembered.</param>
    /// <param name="clock">The clock.</param>
    public DenyCache(int size, TimeSpan maxAge, TimeProvider clock)
    {
        _places = size == 0 ? [] : new Denial?[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size)];
        _maxAge = maxAge;
        _clock = clock;
    }

    /// <summary>The denial of this check or of a cheaper one, if it still holds.</summary>
    public CheckResult? Find(in CheckRequest request)
    {
        if (_places.Length == 0 || Volatile.Read(ref PlaceOf(request)) is not { } denial || !denial.IsOf(request)) return null;
        TimeSpan age = _clock.GetElapsedTime(denial.SentAt);
        // A clock that was set back tells nothing.
        if (age < TimeSpan.Zero || age >= _maxAge) return null;
        if (denial.Result.RetryAfter == Timeout.InfiniteTimeSpan) return denial.Result;
        TimeSpan left = denial.Result.RetryAfter - age;
        // A costlier check has longer to wait than the cheaper one that was asked for; how long is not known, so it is told the least.
        return left > TimeSpan.Zero ? denial.Result with { RetryAfter = left } : null;
    }

    /// <param name="request">What was asked.</param>
    /// <param name="result">What the service answered.</param>
    /// <param name="sentAt">When the question left, by the clock's timestamp.</param>
    public void Learn(in CheckRequest request, in CheckResult result, long sentAt)
    {
        if (_places.Length == 0) return;
        ref Denial? place = ref PlaceOf(request);
        bool isDenial = result is { IsAllowed: false, Status: CheckStatus.Processed or CheckStatus.Queued, ServiceSource: DecisionSource.Store or DecisionSource.DenyCache } && request.Cost > 0 && result.RetryAfter != TimeSpan.Zero;
        if (isDenial)
        {
            Volatile.Write(ref place, new Denial(request, result with { Source = CheckSource.DenyCache, Status = CheckStatus.Processed }, sentAt));
        }
        else if (result.IsAllowed && request.Cost > 0 && Volatile.Read(ref place) is { } known && known.IsOf(request))
        {
            // It was admitted after all: permits came back by another way.
            Volatile.Write(ref place, null);
        }
    }

    /// <summary>Permits may have come back: of all clients, because who was given some is not always known.</summary>
    public void Clear() => Array.Clear(_places);

    private ref Denial? PlaceOf(in CheckRequest request) =>
        ref _places[HashCode.Combine(request.Tenant, request.Client, request.Action, request.MaxRequests, request.Window) & (_places.Length - 1)];

    private sealed class Denial(CheckRequest request, CheckResult result, long sentAt)
    {
        public CheckResult Result { get; } = result;

        public long SentAt { get; } = sentAt;

        /// <summary>The same question, or one that costs more. The numbers in it may decide, so they must be the same.</summary>
        public bool IsOf(in CheckRequest other) =>
            other.Cost >= request.Cost && other.Cost > 0 && other.MaxRequests == request.MaxRequests && other.Window == request.Window
            && string.Equals(other.Tenant, request.Tenant, StringComparison.Ordinal) && string.Equals(other.Client, request.Client, StringComparison.Ordinal)
            && string.Equals(other.Action, request.Action, StringComparison.Ordinal);
    }
}
