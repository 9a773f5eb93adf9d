namespace Headgate.Server.Load;

/// <summary>A place among those at work, or why there is none. Give it back by disposing it; a second time does nothing.</summary>
internal readonly struct LoadTurn : IDisposable
{
    private readonly FairPass _pass;

    public LoadTurn(in FairPass pass)
    {
        _pass = pass;
        Outcome = pass.Outcome switch
        {
            FairOutcome.Entered => LoadOutcome.Processed,
            FairOutcome.Queued => LoadOutcome.Queued,
            FairOutcome.Overflow => LoadOutcome.Rejected,
            _ => LoadOutcome.TimedOut,
        };
    }

    public LoadOutcome Outcome { get; init; }

    public bool IsEntered => Outcome is LoadOutcome.Processed or LoadOutcome.Queued;

    /// <summary>How long it waited, whatever came of it; zero if it did not.</summary>
    public TimeSpan Waited => _pass.Waited;

    public void Dispose() => _pass.Dispose();
}
