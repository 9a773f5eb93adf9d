using System.Collections.Immutable;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Access;

/// <summary>The configuration as routes change it: each change leaves a line in the audit log. Thread-safe.</summary>
internal sealed class AuditedBook(ConfigBook book, ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger(AuditLog.Category);

    public ServiceConfig Current => book.Current;

    public ImmutableArray<ConfigChange> History => book.History;

    /// <summary>Changes the configuration, as <see cref="ConfigBook"/> does.</summary>
    public Task<ServiceConfig> ChangeAsync(Caller caller, string what, Func<ServiceConfig, ImmutableArray<ConfigEdit>> plan, CancellationToken ct) =>
        ChangeFromHistoryAsync(caller, what, (config, _) => plan(config), ct);

    /// <summary>Changes the configuration by a plan that looks at its history too.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="what">What for.</param>
    /// <param name="plan">The edits, from what is in force and the changes that led to it. May throw to refuse.</param>
    /// <param name="ct">Cancels the wait.</param>
    public async Task<ServiceConfig> ChangeFromHistoryAsync(
        Caller caller, string what, Func<ServiceConfig, ImmutableArray<ConfigChange>, ImmutableArray<ConfigEdit>> plan, CancellationToken ct)
    {
        long before = 0;
        int edits = 0;
        what = Printable.Of(what);
        ServiceConfig result = await book.ChangeAsync(caller.Name, what, (current, history) =>
        {
            ImmutableArray<ConfigEdit> planned = plan(current, history);
            before = current.Version;
            edits = planned.Length;
            return planned;
        }, ct).ConfigureAwait(false);
        if (result.Version > before) AuditLog.Changed(_log, caller.Name, what, edits, result.Version);
        return result;
    }
}

/// <summary>Category Headgate.Server.Audit: who changed what. Never a secret.</summary>
internal static partial class AuditLog
{
    public const string Category = "Headgate.Server.Audit";

    [LoggerMessage(EventId = 1, EventName = "Changed", Level = LogLevel.Information, Message = "{Who}: {What} ({Edits} edits, version {Version})")]
    public static partial void Changed(ILogger logger, string who, string what, int edits, long version);
}
