using System.Runtime.CompilerServices;
using Headgate.Waiting;

namespace Headgate;

/// <summary>One limit on one store: the way most code asks. Thread-safe; make one for each limit and keep it.</summary>
/// <remarks>
/// Most callers should use <see cref="AcquireAsync"/> and turn a denial into an answer (429, a message). Use <see cref="WaitAsync"/> where
/// the work should happen later instead, and <see cref="EnterAsync"/> for concurrency limits.
/// </remarks>
public sealed class Limiter
{
    private readonly StorePort _port;
    private readonly WaitLine _line;
    private readonly TimeSpan? _leaseTime;

    /// <summary>A limiter.</summary>
    /// <param name="limit">The limit; a composite is charged as a whole.</param>
    /// <param name="store">Where its state lives.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public Limiter(Limit limit, IRateLimitStore store, LimiterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(store);
        options ??= new LimiterOptions();
        if (options.MaxWaiters is < 0 or > LimiterOptions.MostMaxWaiters)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxWaiters,
                $"MaxWaiters is {options.MaxWaiters}; it must be between 0 and {LimiterOptions.MostMaxWaiters}. Use 0 to let nobody wait behind another.");
        }

        if (options.FailureMode is { } mode && !Enum.IsDefined(mode))
            throw new ArgumentOutOfRangeException(nameof(options), options.FailureMode, $"FailureMode is {options.FailureMode}; it must be Open, Closed or Local.");

        Limit = limit;
        TimeProvider clock = options.TimeProvider ?? (store as MemoryStore)?.TimeProvider ?? TimeProvider.System;
        _port = new StorePort(limit, store, options.Name, options.FailureMode, options.Local ?? new LocalStore(clock), clock);
        _line = new WaitLine(_port, options.MaxWaiters);
        foreach (LimitLeaf leaf in limit.Leaves)
        {
            if (leaf.Limit is ConcurrencyLimit held && !(held.LeaseTime >= _leaseTime)) _leaseTime = held.LeaseTime;
        }
    }

    /// <summary>The limit.</summary>
    public Limit Limit { get; }

    /// <summary>True if <see cref="Acquire"/> can be called.</summary>
    internal bool IsInMemory => _port.IsInMemory;

    /// <summary>The clock of waits and renewals.</summary>
    internal TimeProvider Clock => _port.Clock;

    /// <summary>The namespace of the keys, and the <c>policy</c> tag in metrics; null if unnamed.</summary>
    public string? Name => _port.Name;

    /// <summary>Takes permits if they can be had now. Answers at once where the store is in memory.</summary>
    /// <param name="key">Whose permits; any string, compared ordinally.</param>
    /// <param name="cost">Permits, 0 or more; 0 takes none. More than the limit's is denied as impossible.</param>
    /// <param name="ct">Cancels the wait for the store's answer.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cost is negative.</exception>
    /// <exception cref="ObjectDisposedException">The store has been disposed.</exception>
    public ValueTask<Decision> AcquireAsync(string key, long cost = 1, CancellationToken ct = default)
    {
        Check(key, cost);
        return _port.AcquireAsync(key, cost, ct);
    }

    /// <summary>Takes permits if they can be had now, without a task. For a <see cref="MemoryStore"/> only.</summary>
    /// <param name="key">Whose permits; any string, compared ordinally.</param>
    /// <param name="cost">Permits, 0 or more; 0 takes none. More than the limit's is denied as impossible.</param>
    /// <exception cref="NotSupportedException">The store is not in memory.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cost is negative.</exception>
    /// <exception cref="ObjectDisposedException">The store has been disposed.</exception>
    public Decision Acquire(string key, long cost = 1)
    {
        Check(key, cost);
        return _port.Acquire(key, cost);
    }

    /// <summary>What <see cref="AcquireAsync"/> would answer now. Changes nothing; <see cref="Decision.Remaining"/> is what is there now.</summary>
    /// <inheritdoc cref="AcquireAsync"/>
    public ValueTask<Decision> PeekAsync(string key, long cost = 1, CancellationToken ct = default)
    {
        Check(key, cost);
        return _port.PeekAsync(key, cost, ct);
    }

    /// <summary>
    /// Waits until the permits can be had, takes them, and for a leaky bucket waits out its <see cref="Decision.Delay"/> too. Callers of
    /// this limiter that wait for one key are served first come first served; callers of <see cref="AcquireAsync"/> do not wait in line.
    /// </summary>
    /// <param name="key">Whose permits; any string, compared ordinally.</param>
    /// <param name="cost">Permits, 0 or more.</param>
    /// <param name="maxWait">
    /// The longest wait; null for no bound. If the wait for the permits and everybody ahead would be longer, the answer comes at once: denied,
    /// nothing charged, and <see cref="Decision.RetryAfter"/> is how long it would have been.
    /// </param>
    /// <param name="ct">Cancels the wait. Nothing stays charged.</param>
    /// <returns>Allowed, or denied because it is impossible, would take too long, or <see cref="LimiterOptions.MaxWaiters"/> wait already.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cost or the longest wait is negative.</exception>
    /// <exception cref="ObjectDisposedException">The store has been disposed.</exception>
    public ValueTask<Decision> WaitAsync(string key, long cost = 1, TimeSpan? maxWait = null, CancellationToken ct = default)
    {
        Check(key, cost);
        return _line.WaitAsync(key, cost, CheckWait(maxWait), ct);
    }

    /// <summary>Permits of a key came back by another way: whoever is first in line asks again.</summary>
    internal void Wake(string key) => _line.Wake(key);

    /// <summary>Forgets the key: it decides as if never seen.</summary>
    public async ValueTask ResetAsync(string key, CancellationToken ct = default)
    {
        Check(key, 0);
        await _port.ResetAsync(key, ct).ConfigureAwait(false);
        _line.Wake(key);
    }

    /// <summary>
    /// Gives back permits of work that was admitted and did not happen, or cost less than reserved. At most what is still outstanding
    /// comes back: what has flowed back by itself is not given twice.
    /// </summary>
    /// <param name="key">The key that was charged.</param>
    /// <param name="decision">The decision that admitted it. A denial gives nothing back.</param>
    /// <param name="cost">Permits to give back, up to what was charged.</param>
    /// <param name="ct">Cancels the wait for the store's answer.</param>
    public async ValueTask RefundAsync(string key, Decision decision, long cost = 1, CancellationToken ct = default)
    {
        Check(key, cost);
        await _port.RefundAsync(key, decision, cost, ct).ConfigureAwait(false);
        _line.Wake(key);
    }

    /// <summary>
    /// Takes permits of a concurrency limit (and of whatever else the limit is composed of) for as long as the lease is held:
    /// <c>await using ConcurrencyLease lease = await limiter.EnterAsync(key); if (!lease.IsAcquired) ...</c>
    /// </summary>
    /// <param name="key">Whose permits; any string, compared ordinally.</param>
    /// <param name="cost">Permits to hold, 1 or more.</param>
    /// <param name="maxWait">
    /// How long to wait in line for permits: by default not at all; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes. Who
    /// waits also waits out the <see cref="Decision.Delay"/> of a leaky bucket, and the lease renews itself meanwhile. With zero nothing is
    /// waited for: the delay is in <see cref="ConcurrencyLease.Decision"/>, for the caller to honour.
    /// </param>
    /// <param name="ct">Cancels the wait. Nothing stays held.</param>
    /// <returns>A lease that must be disposed; look at <see cref="ConcurrencyLease.IsAcquired"/>.</returns>
    /// <exception cref="InvalidOperationException">The limit has no concurrency limit in it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cost is below 1, or the longest wait is negative.</exception>
    public async ValueTask<ConcurrencyLease> EnterAsync(string key, long cost = 1, TimeSpan maxWait = default, CancellationToken ct = default)
    {
        Check(key, cost);
        if (cost == 0) throw new ArgumentOutOfRangeException(nameof(cost), cost, "cost is 0; a lease must hold 1 permit or more. Use PeekAsync to look.");
        TimeSpan leaseTime = _leaseTime ?? throw new InvalidOperationException(
            $"EnterAsync needs a concurrency limit, and the limit is {Limit}. Use AcquireAsync, or compose it with Limit.Concurrency.");
        TimeSpan? wait = maxWait == Timeout.InfiniteTimeSpan ? null : CheckWait(maxWait);
        if (wait != TimeSpan.Zero) return await _line.EnterAsync(key, cost, wait, leaseTime, ct).ConfigureAwait(false);
        LeaseId id = LeaseId.Create();
        Decision decision = await _port.EnterAsync(key, cost, id, ct).ConfigureAwait(false);
        return new ConcurrencyLease(_port, _line, key, id, decision, leaseTime);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Check(string key, long cost)
    {
        if (key is null || cost < 0) Refuse(key, cost);
    }

    private static void Refuse(string? key, long cost)
    {
        ArgumentNullException.ThrowIfNull(key);
        throw new ArgumentOutOfRangeException(nameof(cost), cost, $"cost is {cost}; it must be 0 or more. Use RefundAsync to give permits back.");
    }

    private static TimeSpan? CheckWait(TimeSpan? maxWait)
    {
        if (!(maxWait < TimeSpan.Zero)) return maxWait;
        if (maxWait == Timeout.InfiniteTimeSpan) return null;
        throw new ArgumentOutOfRangeException(nameof(maxWait), maxWait,
            $"maxWait is {maxWait}; it must be zero or more. Use Timeout.InfiniteTimeSpan to wait as long as it takes.");
    }
}
