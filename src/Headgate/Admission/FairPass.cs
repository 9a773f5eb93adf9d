namespace Headgate;

/// <summary>What a <see cref="FairGate"/> answered: a place inside until disposed, or a refusal.</summary>
/// <remarks>
/// A place is given back exactly once, however often and from however many threads this or a copy of it is disposed. Disposing a refusal does
/// nothing. The default value is a refusal.
/// </remarks>
public readonly struct FairPass : IDisposable
{
    private readonly FairGate? _gate;
    private readonly long _ticket;
    private readonly int _place;
    private readonly FairOutcome _outcome;

    internal FairPass(FairGate gate, int place, long ticket, FairOutcome outcome = FairOutcome.Entered, TimeSpan waited = default)
    {
        _gate = gate;
        _place = place;
        _ticket = ticket;
        _outcome = outcome;
        Waited = waited;
    }

    private FairPass(FairOutcome outcome, TimeSpan waited)
    {
        _outcome = outcome;
        Waited = waited;
    }

    /// <summary>How it went.</summary>
    public FairOutcome Outcome => IsEntered || _outcome == FairOutcome.TimedOut ? _outcome : FairOutcome.Overflow;

    /// <summary>True if a place was given. True for ever: also after it was given back.</summary>
    public bool IsEntered => _gate is not null;

    /// <summary>How long it took until the answer; zero for who entered or was refused at once.</summary>
    public TimeSpan Waited { get; }

    /// <summary>Gives the place back; whoever's turn it is enters. Never blocks for longer than a short lock, never throws.</summary>
    public void Dispose() => _gate?.Leave(_place, _ticket);

    internal static FairPass Refusal(FairOutcome outcome, TimeSpan waited = default) => new(outcome, waited);
}
