using System.Globalization;
using Headgate.Waiting;

namespace Headgate.Extensions.Policies;

/// <summary>The way of several policies to their store: what one caller asks of all of them is one key here, and one list of charges there.</summary>
internal sealed class JointPort : IChargePort
{
    /// <summary>How often whoever is first in line asks: others that share a policy stand in lines of their own, and nobody here hears of them.</summary>
    private static readonly TimeSpan HearsayPause = TimeSpan.FromMilliseconds(50);

    private readonly ActivePolicy[] _policies;
    private readonly StoreFailover _store;
    private readonly bool _waits;
    private readonly TimeSpan _maxWait;

    public JointPort(ActivePolicy[] policies, IRateLimitStore store, LocalStore local, TimeSpan maxWait)
    {
        _policies = policies;
        _store = new StoreFailover(store, StrictestOf(policies, store), local);
        _maxWait = maxWait;
        _waits = _maxWait > TimeSpan.Zero;
        Clock = policies[0].Clock;
    }

    public string? Name => _policies[0].Name;

    public TimeProvider Clock { get; }

    public TimeSpan MostSleep => HearsayPause;

    public long MostCost => long.MaxValue;

    public CancellationToken StoreDisposed => CancellationToken.None;

    /// <summary>A key that stands for charges of the policies, in their order. Injective.</summary>
    public static string KeyOf(PolicyCharge[] charges)
    {
        string[] parts = new string[2 * charges.Length];
        for (int i = 0; i < charges.Length; i++)
        {
            parts[2 * i] = charges[i].Key;
            parts[(2 * i) + 1] = charges[i].Cost.ToString(CultureInfo.InvariantCulture);
        }

        return PartitionKey.Join(parts);
    }

    public Charge[] ChargesOf(ReadOnlySpan<PolicyCharge> charges)
    {
        Charge[] all = new Charge[charges.Length];
        for (int i = 0; i < all.Length; i++) all[i] = ChargeOf(i, charges[i].Key, charges[i].Cost);
        return all;
    }

    public async ValueTask<Decision> AcquireAsync(Charge[] charges, CancellationToken ct)
    {
        bool listens = Telemetry.Listens;
        long start = listens ? Clock.GetTimestamp() : 0;
        Decision decision = await _store.EnterAsync(charges, LeaseId.None, ct).ConfigureAwait(false);
        if (listens) Telemetry.Record(DeciderOf(charges, decision).Name, decision, Clock.GetElapsedTime(start));
        return decision;
    }

    public ValueTask<Decision> PeekAsync(Charge[] charges, CancellationToken ct) => _store.PeekAsync(charges, ct);

    public ValueTask RefundAsync(Charge[] charges, Decision decision, CancellationToken ct) => _store.RefundAsync(charges, decision, ct);

    public ValueTask<Decision> AcquireAsync(string key, long cost, CancellationToken ct) => EnterAsync(key, cost, LeaseId.None, ct);

    public async ValueTask<Decision> EnterAsync(string key, long cost, LeaseId lease, CancellationToken ct)
    {
        Charge[] charges = ChargesOf(key);
        bool listens = Telemetry.Listens;
        long start = listens ? Clock.GetTimestamp() : 0;
        Decision decision = await _store.EnterAsync(charges, lease, ct).ConfigureAwait(false);
        if (listens) Telemetry.Record(DeciderOf(charges, decision).Name, decision, Clock.GetElapsedTime(start));
        if (!_waits) return decision;
        if (!decision.IsAllowed) return MayWait(charges, decision) ? decision : decision with { RetryAfter = Timeout.InfiniteTimeSpan };
        if (decision.Delay <= _maxWait) return decision;
        await GiveBackAsync(charges, decision, lease).ConfigureAwait(false);
        return decision with { IsAllowed = false, Delay = TimeSpan.Zero, RetryAfter = decision.Delay - _maxWait };
    }

    public ValueTask<Decision> PeekAsync(string key, long cost, CancellationToken ct) => _store.PeekAsync(ChargesOf(key), ct);

    public ValueTask RefundAsync(string key, Decision decision, long cost, CancellationToken ct) => _store.RefundAsync(ChargesOf(key), decision, ct);

    public ValueTask<bool> RenewAsync(string key, LeaseId lease, DecisionSource source, CancellationToken ct) => _store.RenewAsync(ChargesOf(key), lease, source, ct);

    public ValueTask<bool> ReleaseAsync(string key, LeaseId lease, DecisionSource source) => _store.ReleaseAsync(ChargesOf(key), lease, source);

    /// <summary>Zero: a forecast takes one cost for all limits, and here each policy may have its own.</summary>
    public ValueTask<TimeSpan> ForecastAsync(string key, ReadOnlyMemory<long> costs, CancellationToken ct) => new(TimeSpan.Zero);

    /// <summary>
    /// False for who need not stay in line: a policy denied that lets nobody wait, or for longer than anybody may wait. When held permits come
    /// back nobody knows.
    /// </summary>
    private bool MayWait(Charge[] charges, in Decision decision)
    {
        int decider = PolicyDecider.IndexOf(charges, decision.DecidedBy);
        if (_policies[decider].Definition.MaxWait == TimeSpan.Zero) return false;
        return decision.RetryAfter <= _maxWait || PolicyDecider.HoldsPermits(charges[decider].Limit, decision.DecidedBy);
    }

    private async ValueTask GiveBackAsync(Charge[] charges, Decision decision, LeaseId lease)
    {
        try
        {
            await _store.RefundAsync(charges, decision, CancellationToken.None).ConfigureAwait(false);
            if (lease != LeaseId.None) await _store.ReleaseAsync(charges, lease, decision.Source).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreUnavailableException or ObjectDisposedException)
        {
            // A lease ends by itself, and what else was charged flows back with time: no reason to fail the request.
            return;
        }
    }

    private ActivePolicy DeciderOf(Charge[] charges, in Decision decision) => _policies[PolicyDecider.IndexOf(charges, decision.DecidedBy)];

    private Charge[] ChargesOf(string key)
    {
        string[] parts = PartitionKey.Split(key);
        Charge[] all = new Charge[_policies.Length];
        for (int i = 0; i < all.Length; i++) all[i] = ChargeOf(i, parts[2 * i], long.Parse(parts[(2 * i) + 1], CultureInfo.InvariantCulture));
        return all;
    }

    private Charge ChargeOf(int index, string key, long cost)
    {
        ActivePolicy policy = _policies[index];
        return new Charge(key, policy.LimitOf(key).Limit, cost) { Namespace = policy.Name };
    }

    /// <summary>A request that one policy wants closed when the store is away is not let in because another would.</summary>
    private static FailureMode? StrictestOf(ActivePolicy[] policies, IRateLimitStore store)
    {
        FailureMode otherwise = (store as IFailureModeStore)?.Mode ?? FailureMode.Open;
        FailureMode? strictest = null;
        foreach (ActivePolicy policy in policies)
        {
            FailureMode mode = policy.Definition.OnStoreFailure ?? otherwise;
            if (!policy.Definition.Shadow && (strictest is null || Strictness(mode) > Strictness(strictest.Value))) strictest = mode;
        }

        return strictest;
    }

    private static int Strictness(FailureMode mode) => mode switch { FailureMode.Open => 0, FailureMode.Local => 1, _ => 2 };
}
