using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Observability;

/// <summary>What an operator is told of requests. Never a key: a caller is named by <see cref="CallerId"/>. Described in docs/operations/logs.md.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Policy {Policy} refused caller {Caller} (by {Source}) a request: {Outcome}.", EventName = "RequestRefused")]
    public static partial void RequestRefused(ILogger logger, string policy, string caller, string source, string outcome);

    [LoggerMessage(2, LogLevel.Information, "Policy {Policy} began to refuse caller {Caller} (by {Source}).", EventName = "CallerRefused")]
    public static partial void CallerRefused(ILogger logger, string policy, string caller, string source);

    [LoggerMessage(3, LogLevel.Information, "Policy {Policy} refused caller {Caller} (by {Source}) {Count} more times; {Total} times since {Since:u}.",
        EventName = "CallerRefusedAgain")]
    public static partial void CallerRefusedAgain(ILogger logger, string policy, string caller, string source, long count, long total, DateTimeOffset since);

    [LoggerMessage(4, LogLevel.Information, "Policies refused {Count} more requests, of callers too many to name.", EventName = "OthersRefused")]
    public static partial void OthersRefused(ILogger logger, long count);

    [LoggerMessage(5, LogLevel.Information, "Policy {Policy} would have begun to refuse caller {Caller} (by {Source}), but is in shadow.", EventName = "CallerShadowDenied")]
    public static partial void CallerShadowDenied(ILogger logger, string policy, string caller, string source);

    [LoggerMessage(6, LogLevel.Information,
        "Policy {Policy} would have refused caller {Caller} (by {Source}) {Count} more times, but is in shadow; {Total} times since {Since:u}.",
        EventName = "CallerShadowDeniedAgain")]
    public static partial void CallerShadowDeniedAgain(ILogger logger, string policy, string caller, string source, long count, long total, DateTimeOffset since);

    [LoggerMessage(7, LogLevel.Information, "Policies in shadow would have refused {Count} more requests, of callers too many to name.", EventName = "OthersShadowDenied")]
    public static partial void OthersShadowDenied(ILogger logger, long count);

    [LoggerMessage(8, LogLevel.Warning, "The store does not answer; requests are decided by the failure mode ({Mode}) of their policies, first of {Policy}.",
        EventName = "StoreOutageBegan")]
    public static partial void StoreOutageBegan(ILogger logger, string mode, string policy);

    [LoggerMessage(9, LogLevel.Information,
        "The store answers again, after {Seconds:F1} s. Without it {Open} requests were let through, {Closed} refused and {Local} decided by a local limit.",
        EventName = "StoreOutageEnded")]
    public static partial void StoreOutageEnded(ILogger logger, double seconds, long open, long closed, long local);
}
