namespace Headgate.Server.Statistics;

/// <summary>How busy the service is now. Thread-safe; read when somebody asks for figures, not for each request.</summary>
internal interface ILoadFigures
{
    /// <summary>Decisions at work.</summary>
    int Active { get; }

    /// <summary>Decisions of a tenant that wait; 0 for one that is not known.</summary>
    int QueueLength(string tenant);

    /// <summary>The tenants of which a decision waits, and how many.</summary>
    IReadOnlyCollection<KeyValuePair<string, int>> Queues();
}
