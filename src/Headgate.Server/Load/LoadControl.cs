using Headgate.Server.Changes;
using Headgate.Server.Statistics;
using Headgate.Server.Tenants;

namespace Headgate.Server.Load;

/// <summary>Keeps the decisions at work within bounds, and shares them among tenants by weight. Follows the configuration. Thread-safe.</summary>
internal sealed class LoadControl : ILoadFigures, IDisposable
{
    /// <summary>Decisions that count as one unit of a turn: reading a request and answering it costs about as much as deciding so many.</summary>
    private const int DecisionsPerUnit = 32;

    private readonly ConfigBook _book;
    private readonly FairGate _gate;
    private readonly Lock _following = new();

    public LoadControl(ConfigBook book, TimeProvider clock)
    {
        _book = book;
        _gate = new FairGate(OptionsOf(book.Current), clock);
        book.Changed += Follow;
        Follow(book.Current);
    }

    public int Active => _gate.Active;

    /// <summary>Decisions that wait, of all tenants.</summary>
    public int Queued => _gate.Queued;

    public int QueueLength(string tenant) => _gate.QueuedOf(tenant);

    /// <summary>Those with the longest queues, if they are more than 10,000.</summary>
    public IReadOnlyCollection<KeyValuePair<string, int>> Queues() =>
        [.. _gate.Flows(FairGate.MostFlows).Select(flow => KeyValuePair.Create(flow.Key, flow.Queued))];

    /// <summary>Enters, now or when it is the tenant's turn. Dispose what it returns, whatever the outcome.</summary>
    /// <param name="config">What is in force.</param>
    /// <param name="tenant">Whose turn it takes.</param>
    /// <param name="cost">How much work it is, in decisions: 1 to 1,000.</param>
    /// <param name="ct">The caller has gone: its place is given up.</param>
    public ValueTask<LoadTurn> EnterAsync(ServiceConfig config, string tenant, int cost, CancellationToken ct)
    {
        TenantSettings settings = config.Tenants.GetValueOrDefault(tenant)?.Settings ?? TenantSettings.Default;
        FairFlow flow = new(tenant, settings.Weight, settings.MaxQueueSize);
        ValueTask<FairPass> entering = _gate.EnterAsync(flow, (cost + DecisionsPerUnit - 1) / DecisionsPerUnit, ct);
        return entering.IsCompletedSuccessfully ? new(new LoadTurn(entering.Result)) : WaitAsync(entering);
    }

    public void Dispose()
    {
        _book.Changed -= Follow;
        _gate.Dispose();
    }

    private static async ValueTask<LoadTurn> WaitAsync(ValueTask<FairPass> entering) => new(await entering.ConfigureAwait(false));

    /// <summary>Takes what is in force now rather than what it is told, so that the last one to come takes the latest.</summary>
    private void Follow(ServiceConfig changed)
    {
        lock (_following)
        {
            FairGateOptions options = OptionsOf(_book.Current);
            if (options != _gate.Options) _gate.Configure(options);
        }
    }

    private static FairGateOptions OptionsOf(ServiceConfig config) => new()
    {
        MaxConcurrent = config.Global.MaxGlobalConcurrentRequests,
        MaxQueuePerFlow = config.Global.MaxTenantQueueSize,
        MaxQueued = config.Global.MaxQueuedRequests,
        QueueTimeout = config.Global.QueueTimeout,
    };
}
