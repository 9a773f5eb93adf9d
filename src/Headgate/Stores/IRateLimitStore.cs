namespace Headgate;

/// <summary>
/// Where the state of limits lives: the seam between deciding what to charge and keeping count. Thread-safe. Every call is atomic
/// over its list: all charges are made or none is, whatever their order and however many keys they name.
/// </summary>
/// <remarks>
/// <para>All who share a store share its clock: time is the store's, never the caller's.</para>
/// <para>Equal keys with the same limit in one list are charged additively. Composite limits are charged as their parts.
/// A list has at most <see cref="MaxCharges"/> parts.</para>
/// <para>Calls throw <see cref="ArgumentOutOfRangeException"/> for a negative cost, <see cref="ObjectDisposedException"/> after disposal and
/// <see cref="StoreUnavailableException"/> when the store cannot answer within its time-out. A denial is never an exception.</para>
/// </remarks>
public interface IRateLimitStore
{
    /// <summary>The most charges in one list, the parts of composites counted: 64.</summary>
    const int MaxCharges = 64;

    /// <summary>Charges all or none. Permits of a concurrency limit taken this way are held until refunded or their lease time ends.</summary>
    /// <param name="charges">1 to 64 charges.</param>
    /// <param name="ct">Cancels the wait for an answer. A charge may have been made all the same.</param>
    ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default);

    /// <summary>Charges one, as <see cref="AcquireAsync(ReadOnlyMemory{Charge}, CancellationToken)"/> does; a store may do it without a list.</summary>
    /// <param name="charge">What to charge.</param>
    /// <param name="ct">Cancels the wait for an answer. The charge may have been made all the same.</param>
    ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default) => AcquireAsync(new[] { charge }, ct);

    /// <summary>What <see cref="AcquireAsync(ReadOnlyMemory{Charge}, CancellationToken)"/> would answer now. Changes nothing.</summary>
    ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default);

    /// <summary>Forgets a key's state of a limit in the unnamed namespace: it decides as if never seen.</summary>
    ValueTask ResetAsync(string key, Limit limit, CancellationToken ct = default) => ResetAsync(new Charge(key, limit), ct);

    /// <summary>Forgets the state that a charge names (its cost does not matter): it decides as if never seen.</summary>
    ValueTask ResetAsync(Charge charge, CancellationToken ct = default);

    /// <summary>
    /// Gives back permits of an admitted charge: of work that was cancelled, or cost less than reserved. At most what is still
    /// outstanding of the charge comes back, so that a late refund cannot create permits.
    /// </summary>
    /// <param name="charges">What to give back: the cost may be smaller than what was charged.</param>
    /// <param name="decision">The decision that admitted it; its <see cref="Decision.DecidedAt"/> says when it was charged.</param>
    /// <param name="ct">Cancels the wait for an answer.</param>
    ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default);

    /// <summary>Charges all or none, and holds permits of concurrency limits under <paramref name="lease"/> until they are released or expire.</summary>
    /// <remarks>
    /// Take a new id for each entry: entering twice under one id charges twice. Under <see cref="LeaseId.None"/> permits are held as by
    /// <see cref="AcquireAsync(ReadOnlyMemory{Charge}, CancellationToken)"/>, until refunded or expired.
    /// </remarks>
    ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default);

    /// <summary>Lets the permits held under a lease run for a whole lease time from now. False if any of them is not held any more;
    /// shadow limits do not count.</summary>
    ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default);

    /// <summary>Gives back the permits held under a lease. False if none was held any more: a release counts once.</summary>
    ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default);

    /// <summary>
    /// The shortest time until the last of several callers in a row is admitted, if each takes its turn as soon as it can and nobody
    /// else comes: <paramref name="costs"/> are theirs, in order, each charged on every limit of <paramref name="charges"/>.
    /// Includes the last one's <see cref="Decision.Delay"/>. <see cref="Timeout.InfiniteTimeSpan"/> if one can never be admitted.
    /// A store that cannot tell answers a lower bound.
    /// </summary>
    ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default);
}
