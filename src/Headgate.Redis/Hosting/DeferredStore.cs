using Headgate.Extensions.Configuration;
using Headgate.Redis.Diagnostics;

namespace Headgate.Redis.Hosting;

/// <summary>A Redis store that an application has from its first moment on: until it is connected, the failure mode answers.</summary>
internal sealed class DeferredStore(Connecting connecting, FailureMode mode) : IFailureModeStore, IStartingStore, IRedisHealthSource, IAsyncDisposable, IDisposable
{
    private const string NotYet = "Redis has not answered since the start. Look at its address, its password and its log; it is tried until it is there.";

    private IRateLimitStore? _view;

    public DeferredStore(Connecting connecting)
        : this(connecting, connecting.Mode)
    {
    }

    public Task StartAsync(CancellationToken ct) => connecting.WaitAsync(ct);

    public ValueTask<RedisHealth> CheckHealthAsync(CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(connecting.IsDisposed, typeof(RedisStore));
        return connecting.Store is { } store ? store.CheckHealthAsync(ct) : new(new RedisHealth(false, TimeSpan.Zero, BreakerState.Open, NotYet));
    }

    public ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default) =>
        View is { } view ? view.AcquireAsync(charge, ct) : new(FallBack([charge], peek: false, LeaseId.None));

    public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        View is { } view ? view.AcquireAsync(charges, ct) : new(FallBack(charges.Span, peek: false, LeaseId.None));

    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        View is { } view ? view.PeekAsync(charges, ct) : new(FallBack(charges.Span, peek: true, LeaseId.None));

    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        View is { } view ? view.EnterAsync(charges, lease, ct) : new(FallBack(charges.Span, peek: false, lease));

    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => Connected.ResetAsync(charge, ct);

    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default)
    {
        if (View is { } view) return view.RefundAsync(charges, decision, ct);
        return decision is { IsAllowed: true, Source: DecisionSource.FailLocal } ? connecting.Local.Store.RefundAsync(connecting.Local.Shares(charges.Span), decision, ct) : default;
    }

    public async ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default)
    {
        // What was taken before the store was there is held where it was taken.
        if (connecting.Local.IsUsed && await connecting.Local.Store.RenewAsync(connecting.Local.Shares(charges.Span), lease, ct).ConfigureAwait(false)) return true;
        return await Connected.RenewAsync(charges, lease, ct).ConfigureAwait(false);
    }

    public async ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default)
    {
        if (connecting.Local.IsUsed && await connecting.Local.Store.ReleaseAsync(connecting.Local.Shares(charges.Span), lease, ct).ConfigureAwait(false)) return true;
        return await Connected.ReleaseAsync(charges, lease, ct).ConfigureAwait(false);
    }

    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        Connected.ForecastAsync(charges, costs, ct);

    public IRateLimitStore With(FailureMode other) => other == mode ? this : new DeferredStore(connecting, other);

    public IBoundLimit Bind(string? ns, Limit limit) => new DeferredLimit(this, ns, limit);

    public ValueTask DisposeAsync() => connecting.DisposeAsync();

    public void Dispose() => _ = connecting.DisposeAsync().AsTask();

    public FailureMode Mode => mode;

    private IRateLimitStore? View => _view ??= (connecting.Store as IFailureModeStore)?.With(mode);

    private IRateLimitStore Connected => View ?? throw Unavailable();

    private Decision FallBack(ReadOnlySpan<Charge> charges, bool peek, LeaseId lease)
    {
        ObjectDisposedException.ThrowIf(connecting.IsDisposed, typeof(RedisStore));
        foreach (Charge charge in charges) ArgumentOutOfRangeException.ThrowIfNegative(charge.Cost);
        RedisTelemetry.RecordFallback(mode);
        return connecting.Local.Decide(mode, charges, peek, lease);
    }

    private StoreUnavailableException Unavailable()
    {
        ObjectDisposedException.ThrowIf(connecting.IsDisposed, typeof(RedisStore));
        return new StoreUnavailableException("Redis is not connected yet. Try again in a moment.");
    }

    /// <summary>One limit, taken apart once the store is there.</summary>
    private sealed class DeferredLimit(DeferredStore store, string? ns, Limit limit) : IBoundLimit
    {
        private IBoundLimit? _bound;

        public ValueTask<Decision> AcquireAsync(string key, long cost, CancellationToken ct)
        {
            if (_bound is null && store.View is IFailureModeStore view) _bound = view.Bind(ns, limit);
            return _bound is not null ? _bound.AcquireAsync(key, cost, ct) : store.AcquireAsync(new Charge(key, limit, cost) { Namespace = ns }, ct);
        }
    }
}
