using Microsoft.Extensions.Logging;

namespace Headgate.Server.Changes.Redis;

/// <summary>What an operator is told of the configuration in Redis.</summary>
internal static partial class RedisLogMessages
{
    [LoggerMessage(120, LogLevel.Critical, "Version {Known} of the configuration is no longer the one in Redis, which has another version {Found}: Redis lost its last writes, "
        + "or was filled anew. What Redis has is in force.", EventName = "ConfigReplaced")]
    public static partial void Replaced(ILogger logger, long known, long found);

    [LoggerMessage(121, LogLevel.Warning, "The local copy of the configuration could not be written: {Reason} It is tried again with the next change.", EventName = "ConfigCopyFailed")]
    public static partial void CopyFailed(ILogger logger, string reason);

    [LoggerMessage(122, LogLevel.Warning, "The local copy of the configuration is not as it was written, and is not used: {Reason}", EventName = "ConfigCopyDamaged")]
    public static partial void CopyDamaged(ILogger logger, string reason);
}
