using System.Diagnostics;
using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>From permits asked for in the framework's terms to a lease: one limiter, the queue before it, and the counts of what it gave.</summary>
/// <remarks>
/// Keeps nothing for a key but while somebody waits for it: permits are the store's. Charges at most once a call, and not at all where
/// the answer cannot be had at once and the caller cannot wait.
/// </remarks>
internal sealed class Turnstile<TResource> : IDisposable
{
    private readonly Limiter _limiter;
    private readonly LimiterTraits _traits;
    private readonly Func<TResource, long>? _cost;
    private readonly Func<TResource, bool>? _hasRun;
    private readonly QueuedPermits? _queue;
    private readonly TimeSpan? _maxWait;
    private readonly bool _describes;
    private readonly Action<Exception>? _onReturnFailed;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationToken _closing;
    private readonly bool _decidesNow;
    private long _acquired;
    private long _refused;
    private int _busy;
    private int _disposed;

    /// <summary>What the store last said is there; below 0 before it said anything.</summary>
    private long _lastRemaining = -1;

    public Turnstile(Limiter limiter, RateLimiterAdapterOptions options, Func<TResource, long>? cost = null, Func<TResource, bool>? hasRun = null)
    {
        _limiter = limiter;
        _closing = _closed.Token;
        _traits = LimiterTraits.Of(limiter);
        _cost = cost;
        _hasRun = hasRun;
        _queue = options.QueueLimit == 0 ? null : new QueuedPermits(options.QueueLimit);
        _maxWait = options.MaxWait;
        _describes = options.DescribeAcquired;
        _onReturnFailed = options.OnReturnFailed;
        // Work that a leaky bucket admits may have to be held, which a call that cannot wait cannot do.
        _decidesNow = _traits.AnswersAtOnce && !options.AsyncOnly && !Delays;
    }

    /// <summary>True if all asks are for one key, of which the last answer is then worth remembering.</summary>
    public bool HasOneKey { get; init; }

    /// <summary>Leases out that have something to give back, and callers that wait for an answer.</summary>
    public int Busy => Volatile.Read(ref _busy);

    private bool Delays => _traits.Shapes && _queue is not null;

    /// <summary>Decides if that can be done at once and without overtaking; else a refusal, and nothing is charged.</summary>
    public RateLimitLease Attempt(TResource resource, string key, int permits)
    {
        if (!_decidesNow) return RefusedLease.Undecided;
        if (permits == 0) return Look(Now(_limiter.PeekAsync(key)));
        long cost = CostOf(resource, permits);
        if (cost == 0) return Grant(resource, key, 0, default, null);
        if (_queue is not null && _queue.IsAwaited(key)) return Refuse(Now(_limiter.PeekAsync(key, cost)) with { IsAllowed = false });
        if (!_traits.Holds) return Settle(resource, key, cost, _limiter.Acquire(key, cost), null);
        ConcurrencyLease held = Now(_limiter.EnterAsync(key, cost));
        return Settle(resource, key, cost, held.Decision, held);
    }

    /// <summary>Decides, and waits where a queue is allowed.</summary>
    public ValueTask<RateLimitLease> AcquireAsync(TResource resource, string key, int permits, CancellationToken ct)
    {
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled<RateLimitLease>(ct);
        return permits > 0 && _queue is null && !_traits.Holds && _traits.AnswersAtOnce && CostOf(resource, permits) is > 0 and var cost
            ? new(Settle(resource, key, cost, _limiter.Acquire(key, cost), null))
            : AskAsync(resource, key, permits, ct);
    }

    /// <summary>What is known without waiting for a store; null where it is not known how many permits there are.</summary>
    public RateLimiterStatistics? Statistics(string key)
    {
        long available = _traits.AnswersAtOnce ? Now(_limiter.PeekAsync(key)).Remaining : Volatile.Read(ref _lastRemaining);
        return available < 0 ? null : new RateLimiterStatistics
        {
            CurrentAvailablePermits = available,
            CurrentQueuedCount = _queue?.Of(key) ?? 0,
            TotalSuccessfulLeases = Volatile.Read(ref _acquired),
            TotalFailedLeases = Volatile.Read(ref _refused),
        };
    }

    /// <summary>Lets nobody wait any more. Decisions that need no waiting go on: they hang on nothing that is kept here.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _closed.Cancel();
        _closed.Dispose();
    }

    private async ValueTask<RateLimitLease> AskAsync(TResource resource, string key, int permits, CancellationToken ct)
    {
        Interlocked.Increment(ref _busy);
        try
        {
            if (permits == 0) return Look(await _limiter.PeekAsync(key, 1, ct).ConfigureAwait(false));
            long cost = CostOf(resource, permits);
            if (cost == 0) return Grant(resource, key, 0, default, null);
            if (!Delays && _queue?.IsAwaited(key) != true)
            {
                // Not cancelled: an answer that nobody waits for any more would leave its charge behind. The store's time-out bounds it.
                (Decision decision, ConcurrencyLease? held) = await TakeAsync(key, cost, TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
                bool mayWait = _queue is not null && decision.RetryAfter != Timeout.InfiniteTimeSpan && !_closing.IsCancellationRequested;
                if (decision.IsAllowed || !mayWait || !_queue!.TryJoin(key, cost)) return Settle(resource, key, cost, decision, held);
            }
            else if (_closing.IsCancellationRequested || !_queue!.TryJoin(key, cost))
            {
                return await TurnAwayAsync(resource, key, cost, ct).ConfigureAwait(false);
            }

            return await QueueAsync(resource, key, cost, ct).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _busy);
        }
    }

    /// <summary>No room behind those who wait: what would the wait have been? When held permits come back nobody knows.</summary>
    private async ValueTask<RateLimitLease> TurnAwayAsync(TResource resource, string key, long cost, CancellationToken ct) => _traits.Holds
        ? Refuse(await _limiter.PeekAsync(key, cost, ct).ConfigureAwait(false) with { IsAllowed = false })
        : Settle(resource, key, cost, await _limiter.WaitAsync(key, cost, TimeSpan.Zero, ct).ConfigureAwait(false), null);

    /// <summary>Waits, having joined the queue, and leaves it.</summary>
    private async ValueTask<RateLimitLease> QueueAsync(TResource resource, string key, long cost, CancellationToken ct)
    {
        try
        {
            using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing);
            (Decision decision, ConcurrencyLease? held) = await TakeAsync(key, cost, _maxWait, ends.Token).ConfigureAwait(false);
            return Settle(resource, key, cost, decision, held);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && _closing.IsCancellationRequested)
        {
            Interlocked.Increment(ref _refused);
            return RefusedLease.Closed;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // In the caller's own name, not in that of a source that nobody else knows.
            throw new OperationCanceledException(ct);
        }
        finally
        {
            _queue!.Leave(key, cost);
        }
    }

    private async ValueTask<(Decision Decision, ConcurrencyLease? Held)> TakeAsync(string key, long cost, TimeSpan? maxWait, CancellationToken ct)
    {
        if (_traits.Holds)
        {
            ConcurrencyLease held = await _limiter.EnterAsync(key, cost, maxWait ?? Timeout.InfiniteTimeSpan, ct).ConfigureAwait(false);
            return (held.Decision, held);
        }

        return maxWait == TimeSpan.Zero
            ? (await _limiter.AcquireAsync(key, cost, ct).ConfigureAwait(false), null)
            : (await _limiter.WaitAsync(key, cost, maxWait, ct).ConfigureAwait(false), null);
    }

    private RateLimitLease Settle(TResource resource, string key, long cost, in Decision decision, ConcurrencyLease? held)
    {
        // A limit of 0 is no limit's answer but a failure mode's.
        if (HasOneKey && decision.Limit > 0) Volatile.Write(ref _lastRemaining, decision.Remaining);
        return decision.IsAllowed ? Grant(resource, key, cost, decision, held) : Refuse(decision);
    }

    private AcquiredLease Grant(TResource resource, string key, long cost, in Decision decision, ConcurrencyLease? held)
    {
        Interlocked.Increment(ref _acquired);
        if (held is null && (_hasRun is null || cost == 0)) return _describes ? new AcquiredLease(decision) : AcquiredLease.Bare;
        Interlocked.Increment(ref _busy);
        return new Pass(this, resource, key, cost, decision, held);
    }

    private RefusedLease Refuse(in Decision decision)
    {
        Interlocked.Increment(ref _refused);
        return new RefusedLease(decision);
    }

    /// <summary>The answer to an ask for no permits: are there any? A peek, which takes nothing.</summary>
    private RateLimitLease Look(in Decision seen)
    {
        if (!seen.IsAllowed) return Refuse(seen);
        Interlocked.Increment(ref _acquired);
        return _describes ? new AcquiredLease(seen) : AcquiredLease.Bare;
    }

    private long CostOf(TResource resource, int permits)
    {
        if (_cost is null) return permits;
        long unit = _cost(resource);
        if (unit < 0) throw new ArgumentOutOfRangeException(nameof(permits), unit, $"The cost of a permit is {unit}; it must be 0 or more. Return 0 for what is free.");
        // Saturated: more than any limit has, and so refused as impossible.
        return unit <= long.MaxValue / permits ? unit * permits : long.MaxValue;
    }

    /// <summary>Who disposes a lease cannot wait: what takes time goes on by itself, and its error is told.</summary>
    private async Task ReturnAsync(Pass pass, TResource resource)
    {
        try
        {
            if (_hasRun?.Invoke(resource) == false) await _limiter.RefundAsync(pass.Key, pass.Decision, pass.Cost).ConfigureAwait(false);
        }
        catch (Exception e) when (_onReturnFailed is not null)
        {
            _onReturnFailed(e);
        }
        finally
        {
            try
            {
                if (pass.Held is not null) await pass.Held.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (_onReturnFailed is not null)
            {
                _onReturnFailed(e);
            }
            finally
            {
                Interlocked.Decrement(ref _busy);
            }
        }
    }

    /// <summary>The answer of a store in memory, which is there when the call returns.</summary>
    private static T Now<T>(ValueTask<T> answer) =>
        answer.IsCompleted ? answer.Result : throw new UnreachableException("A store in memory did not answer at once.");

    /// <summary>A lease with something to give back: held permits, or the charge if the work did not run.</summary>
    private sealed class Pass(Turnstile<TResource> turnstile, TResource resource, string key, long cost, Decision decision, ConcurrencyLease? held)
        : ReturnableLease(turnstile._describes ? decision : null)
    {
        public string Key => key;

        public long Cost => cost;

        public Decision Decision => decision;

        public ConcurrencyLease? Held => held;

        public override IEnumerable<string> MetadataNames =>
            held is null ? base.MetadataNames : base.MetadataNames.Append(HeadgateMetadata.Lost.Name);

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            if (held is null || metadataName != HeadgateMetadata.Lost.Name) return base.TryGetMetadata(metadataName, out metadata);
            metadata = held.Lost;
            return true;
        }

        protected override void Return() => _ = turnstile.ReturnAsync(this, resource);
    }
}
