using System.Threading.Tasks.Sources;
using Headgate.Redis.Limits;

namespace Headgate.Redis.Calls;

/// <summary>
/// A caller who waits for a decision: what is asked, and afterwards where in a reply the answer lies. The decision itself is worked out by
/// the caller's own thread (<see cref="GetResult"/>). Used again and again; whoever completes it must not touch it afterwards.
/// </summary>
internal sealed class Call : IValueTaskSource<Decision>, IThreadPoolWorkItem
{
    private const int Pending = 0;
    private const int Completed = 1;
    private const int Cancelled = 2;

    private const int MaxPooled = 64;

    [ThreadStatic]
    private static Call? _pool;

    [ThreadStatic]
    private static int _pooled;

    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private IDecisionSource _source = null!;
    private Answer _answer;
    private int _state;

    /// <summary>The limit to charge for <see cref="Key"/>; null for a list.</summary>
    public RedisPlan? Plan { get; private set; }

    public string Key { get; private set; } = "";

    public long Cost { get; private set; }

    /// <summary>The list; null for one limit on one key.</summary>
    public ChargeItem[]? Items { get; private set; }

    public CallMode Mode { get; private set; }

    public LeaseId Lease { get; private set; }

    public FailureMode OnFailure { get; private set; }

    /// <summary>When the caller came, by the store's clock.</summary>
    public long Arrived { get; private set; }

    /// <summary>The slot of the keys in a cluster; 0 elsewhere.</summary>
    public int Slot { get; set; }

    /// <summary>The list as it was given.</summary>
    public ReadOnlyMemory<Charge> Charges { get; set; }

    /// <summary>True if nobody waits for the answer any more.</summary>
    public bool IsGone => Volatile.Read(ref _state) != Pending;

    /// <summary>The next in the same row.</summary>
    public Call? Next { get; set; }

    public static Call Rent(IDecisionSource source, RedisPlan? plan, string key, long cost, ChargeItem[]? items, CallMode mode, LeaseId lease,
        FailureMode onFailure, long arrived)
    {
        Call call = _pool ?? new Call();
        if (_pool is not null)
        {
            _pool = call.Next;
            _pooled--;
        }

        call._source = source;
        call._state = Pending;
        call.Next = null;
        (call.Plan, call.Key, call.Cost, call.Items) = (plan, key, cost, items);
        (call.Mode, call.Lease, call.OnFailure, call.Arrived) = (mode, lease, onFailure, arrived);
        return call;
    }

    public ValueTask<Decision> AsTask() => new(this, _core.Version);

    /// <summary>Lets go of the caller when cancelled. To be called before the call is handed to anybody.</summary>
    public void CancelWith(CancellationToken ct)
    {
        if (!ct.CanBeCanceled) return;
        _registration = ct.UnsafeRegister(static (call, token) => ((Call)call!).Cancel(token), this);
    }

    /// <summary>Gives the answer; the caller goes on when <see cref="Execute"/> is called. False if the caller has gone.</summary>
    public bool TryAnswer(in Answer answer)
    {
        if (Interlocked.CompareExchange(ref _state, Completed, Pending) != Pending) return false;
        _answer = answer;
        return true;
    }

    /// <summary>Runs the caller on: in the pool, or where its completer has nothing left to do.</summary>
    public void Execute() => _core.SetResult(true);

    public Decision GetResult(short token)
    {
        _core.GetResult(token);
        Answer answer = _answer;
        try
        {
            return _source.Decide(this, answer);
        }
        finally
        {
            // A cancellation that is on its way would meet the next user.
            if (_registration == default || _registration.Unregister()) Return();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken ct)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Pending) != Pending) return;
        _core.SetException(new OperationCanceledException(ct));
    }

    private void Return()
    {
        _core.Reset();
        _registration = default;
        _answer = default;
        Plan = null;
        Items = null;
        Charges = default;
        Slot = 0;
        Key = "";
        if (_pooled == MaxPooled) return;
        Next = _pool;
        _pool = this;
        _pooled++;
    }
}

/// <summary>Where a call's answer lies.</summary>
/// <param name="Reply">What Redis said; null if it did not.</param>
/// <param name="Offset">Where the reports of the call's row begin.</param>
/// <param name="Place">How many of the row came before.</param>
/// <param name="Admitted">How many of the row were admitted.</param>
internal readonly record struct Answer(Reply? Reply, int Offset, int Place, int Admitted);

/// <summary>What Redis said to one request.</summary>
/// <param name="Bytes">The string that the script returned.</param>
/// <param name="Now">The script's time.</param>
/// <param name="Sent">When the request left, by the store's clock.</param>
/// <param name="Received">When the answer came, by the store's clock.</param>
internal sealed record Reply(byte[] Bytes, long Now, long Sent, long Received);

/// <summary>Works out decisions from answers.</summary>
internal interface IDecisionSource
{
    Decision Decide(Call call, in Answer answer);
}
