namespace Headgate.Waiting;

/// <summary>What those who wait or hold need of the store: the charges that a key stands for, asked, given back, held and foretold.</summary>
internal interface IChargePort
{
    /// <summary>The tag in metrics.</summary>
    string? Name { get; }

    TimeProvider Clock { get; }

    /// <summary>
    /// The longest that whoever is first in line sleeps before he asks again. Permits that others hold come back when they give them back, of
    /// which nobody here hears.
    /// </summary>
    TimeSpan MostSleep { get; }

    /// <summary>The largest cost that can ever be admitted.</summary>
    long MostCost { get; }

    /// <summary>Cancelled when the store is disposed, so that nobody waits for one that is gone.</summary>
    CancellationToken StoreDisposed { get; }

    ValueTask<Decision> AcquireAsync(string key, long cost, CancellationToken ct);

    ValueTask<Decision> EnterAsync(string key, long cost, LeaseId lease, CancellationToken ct);

    ValueTask<Decision> PeekAsync(string key, long cost, CancellationToken ct);

    ValueTask RefundAsync(string key, Decision decision, long cost, CancellationToken ct);

    ValueTask<bool> RenewAsync(string key, LeaseId lease, DecisionSource source, CancellationToken ct);

    ValueTask<bool> ReleaseAsync(string key, LeaseId lease, DecisionSource source);

    /// <summary>How long the last of some callers in a row waits; zero when that cannot be told, so that nobody is turned away for it.</summary>
    ValueTask<TimeSpan> ForecastAsync(string key, ReadOnlyMemory<long> costs, CancellationToken ct);
}
