using Headgate.Admission;

namespace Headgate;

/// <summary>
/// Lets a bounded number in at once and shares the places fairly among flows when more come: whoever floods waits for its own, and nobody else.
/// </summary>
/// <remarks>
/// <para>
/// While a place is free nobody waits. Else each flow has a bounded queue of its own, and the queues take turns by deficit round robin: flows that
/// wait share by weight. Over any interval in which two flows both wait all the time, and nobody at the head of their queues goes away,
/// <c>|S1/w1 - S2/w2| &lt; C1/w1 + C2/w2 + 1/1000</c>, where S is the cost that entered, w the weight and C the largest cost of a flow. With
/// costs of 1 and equal weights neither is ever ahead by more than two.
/// </para>
/// <para>
/// A flow whose queue is full is refused, alone. When <see cref="FairGateOptions.MaxQueued"/> wait over all flows, the newest of the longest
/// queue gives way to one of a shorter queue. A flow takes memory only while it waits.
/// </para>
/// <para>
/// Thread-safe. Entering and leaving a gate that is not full takes no lock, does not allocate and does not block; at a full gate there is one
/// lock, held for O(log flows). A refusal is data; only wrong arguments, cancellation and disposal throw.
/// </para>
/// </remarks>
public sealed class FairGate : IDisposable
{
    /// <summary>The most that one caller may cost: 64.</summary>
    public const int MaxCost = 64;

    /// <summary>The most flows that <see cref="Flows"/> tells of: 10,000.</summary>
    public const int MostFlows = 10_000;

    private readonly FreePlaces _places = new();
    private readonly Attendant _attendant;

    /// <summary>A gate with all its places free.</summary>
    /// <param name="options">Its bounds; null for the defaults.</param>
    /// <param name="timeProvider">The clock that waits are measured by; null for the system's. It must not call back into the gate.</param>
    public FairGate(FairGateOptions? options = null, TimeProvider? timeProvider = null) =>
        _attendant = new Attendant(this, _places, options ?? new FairGateOptions(), timeProvider ?? TimeProvider.System);

    /// <summary>The bounds in force.</summary>
    public FairGateOptions Options => _attendant.Options;

    /// <summary>How many are inside, looked at place by place: for statistics. May exceed a bound that was lowered until those at work have left.</summary>
    public int Active => _places.CountHeld();

    /// <summary>How many wait, over all flows.</summary>
    public int Queued => _attendant.Queued;

    /// <summary>
    /// Enters, at once if a place is free, else when its turn has come. The answer may also be a refusal: see <see cref="FairPass.IsEntered"/>.
    /// Dispose it when done.
    /// </summary>
    /// <param name="flow">Whose queue to stand in.</param>
    /// <param name="cost">
    /// What the turn counts against the flow's share while others wait: 1 to 64. It takes one place inside, whatever it costs.
    /// </param>
    /// <param name="ct">Goes away from the queue, in O(1). Who has entered in the same moment gets its pass all the same, and must dispose it.</param>
    /// <exception cref="ArgumentException">The flow or the cost is out of bounds.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before entering.</exception>
    /// <exception cref="ObjectDisposedException">The gate is disposed, or was while waiting.</exception>
    public ValueTask<FairPass> EnterAsync(FairFlow flow, int cost = 1, CancellationToken ct = default)
    {
        flow.Check();
        if ((uint)(cost - 1) >= MaxCost) RefuseCost(cost);
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled<FairPass>(ct);
        return _places.TryTake(out int place, out long ticket)
            ? new(new FairPass(this, place, ticket))
            : _attendant.EnterAsync(flow, cost, ct);
    }

    /// <summary>Enters if a place is free, and so nobody waits. Never waits, never queues.</summary>
    /// <param name="flow">On whose behalf; held to the same bounds as in <see cref="EnterAsync"/>.</param>
    /// <param name="pass">The place, to be disposed; a refusal if there was none.</param>
    /// <returns>True if entered.</returns>
    /// <exception cref="ArgumentException">The flow is out of bounds.</exception>
    /// <exception cref="ObjectDisposedException">The gate is disposed.</exception>
    public bool TryEnter(FairFlow flow, out FairPass pass)
    {
        flow.Check();
        if (_places.TryTake(out int place, out long ticket))
        {
            pass = new FairPass(this, place, ticket);
            return true;
        }

        _attendant.ThrowIfDisposed();
        pass = FairPass.Refusal(FairOutcome.Overflow);
        return false;
    }

    /// <summary>
    /// Changes the bounds at once. More places let those who wait in; with fewer those inside finish, and nobody enters until there is room. A
    /// new time-out holds for those who wait already; shorter queues turn nobody away who stands in one.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The gate is disposed.</exception>
    public void Configure(FairGateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _attendant.Configure(options);
    }

    /// <summary>How many of a flow wait; zero for a flow that nobody knows.</summary>
    public int QueuedOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _attendant.QueuedOf(key);
    }

    /// <summary>Flows that wait, as they are at one moment, those with the longest queues first. Takes the gate's lock meanwhile.</summary>
    /// <param name="most">Of so many flows at most: 0 to 10,000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is out of bounds.</exception>
    public IReadOnlyList<FairFlowState> Flows(int most = 100) => most is >= 0 and <= MostFlows
        ? _attendant.Flows(most)
        : throw new ArgumentOutOfRangeException(nameof(most), most, $"most is {most}; it must be between 0 and {MostFlows}. Ask for fewer flows.");

    /// <summary>Closes the gate: those who wait get an <see cref="ObjectDisposedException"/>, those inside finish.</summary>
    public void Dispose() => _attendant.Dispose();

    internal void Leave(int place, long ticket)
    {
        if (_places.TryRelease(place, ticket) && !_places.TryReturn(place)) _attendant.Leave(place);
    }

    private static void RefuseCost(int cost) =>
        throw new ArgumentOutOfRangeException(nameof(cost), cost, $"cost is {cost}; it must be between 1 and {MaxCost}. Divide large costs so that the largest fits.");
}
