using System.Diagnostics.Metrics;
using Headgate.Server.Statistics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Access;

/// <summary>Why a request was not let in.</summary>
internal enum AuthOutcome
{
    /// <summary>No key where one is needed.</summary>
    Missing,

    /// <summary>A key that is none.</summary>
    Unknown,

    Expired,

    /// <summary>A good key, for something else.</summary>
    Forbidden,

    /// <summary>Keys are off, and it came from elsewhere: another machine, a proxy, another site's page.</summary>
    Foreign,
}

/// <summary>
/// Counts requests that were not let in, and logs them summed up: the first at once, then one line a minute as long as there are more. Whoever guesses
/// keys fills no log. Thread-safe.
/// </summary>
internal sealed partial class AuthFailures
{
    private static readonly string[] Names = ["missing", "unknown", "expired", "forbidden", "foreign"];
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Counter<long> _counter;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly long[] _counts = new long[Names.Length];
    private readonly Lock _lines = new();
    private long? _lastLine;

    public AuthFailures(IMeterFactory meters, ILoggerFactory loggers, TimeProvider clock)
    {
        _counter = meters.Create(TenantStatistics.MeterName).CreateCounter<long>("headgate.server.auth", "{request}", "Requests that were not let in, by outcome: missing, unknown, expired, forbidden, foreign.");
        _log = loggers.CreateLogger(AuditLog.Category);
        _clock = clock;
    }

    public void Add(AuthOutcome outcome, HttpContext context)
    {
        _counter.Add(1, new KeyValuePair<string, object?>("outcome", Names[(int)outcome]));
        lock (_lines)
        {
            _counts[(int)outcome]++;
            long now = _clock.GetTimestamp();
            if (_lastLine is { } last && _clock.GetElapsedTime(last, now) < Pause) return;
            _lastLine = now;
            string counts = string.Join(", ", Names.Zip(_counts).Where(pair => pair.Second > 0).Select(pair => $"{pair.Second} {pair.First}"));
            Array.Clear(_counts);
            NotLetIn(_log, counts, context.Connection.RemoteIpAddress?.ToString() ?? "a socket");
        }
    }

    [LoggerMessage(EventId = 2, EventName = "NotLetIn", Level = LogLevel.Warning, Message = "Requests were not let in: {Counts}. The last came from {Address}; further ones of the next minute are summed up with the next line")]
    private static partial void NotLetIn(ILogger logger, string counts, string address);
}
