using Microsoft.Extensions.Logging;

namespace Headgate.Redis.Diagnostics;

/// <summary>What an operator is told. No key of a caller, no password.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(1, LogLevel.Error, "Redis does not answer for limits; the failure mode ({Mode}) answers instead until it does. {Explanation}", EventName = "BreakerOpened")]
    public static partial void BreakerOpened(ILogger logger, FailureMode mode, string explanation);

    [LoggerMessage(2, LogLevel.Information, "Redis answers for limits again, after {Seconds:F1} s.", EventName = "BreakerClosed")]
    public static partial void BreakerClosed(ILogger logger, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "Redis refused a call for limits, and the failure mode ({Mode}) answered. {Explanation}", EventName = "CallRefused")]
    public static partial void CallRefused(ILogger logger, FailureMode mode, string explanation, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "The application's connection to Redis is lost; a fresh one of the store's own stands in until it is back.", EventName = "StandInTaken")]
    public static partial void StandInTaken(ILogger logger);

    [LoggerMessage(5, LogLevel.Information, "The application's connection to Redis is back; the stand-in is closed.", EventName = "StandInClosed")]
    public static partial void StandInClosed(ILogger logger);

    [LoggerMessage(6, LogLevel.Warning, "Some calls for limits took longer than the time-out while Redis answered others; the failure mode ({Mode}) answered them. "
        + "Look for slow commands (SLOWLOG GET), or raise Timeout.", EventName = "CallsLate")]
    public static partial void CallsLate(ILogger logger, FailureMode mode);
}
