using Headgate.Server.Tenants;

namespace Headgate.Server.Load;

/// <summary>Keeps the decisions at work within bounds, and shares them among tenants by weight. Thread-safe.</summary>
internal sealed class LoadControl
{
    private static readonly ValueTask<LoadTurn> Entered = new(default(LoadTurn));

    private readonly ValueTask<LoadTurn> _entered = Entered;

    /// <summary>Enters, now or when it is the tenant's turn. Dispose what it returns, whatever the outcome.</summary>
    /// <param name="config">What is in force.</param>
    /// <param name="tenant">Whose turn it takes.</param>
    /// <param name="cost">How much work it is, in decisions: 1 to 1,000.</param>
    /// <param name="ct">The caller has gone: its place is given up.</param>
    public ValueTask<LoadTurn> EnterAsync(ServiceConfig config, string tenant, int cost, CancellationToken ct) => _entered;
}

/// <summary>A place among those at work. Give it back once, by disposing it.</summary>
internal readonly struct LoadTurn : IDisposable
{
    public LoadOutcome Outcome { get; init; }

    public bool IsEntered => Outcome is LoadOutcome.Processed or LoadOutcome.Queued;

    public void Dispose()
    {
    }
}
