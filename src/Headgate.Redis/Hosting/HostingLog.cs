using Microsoft.Extensions.Logging;

namespace Headgate.Redis.Hosting;

/// <summary>What an operator is told of how the store is chosen.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(20, LogLevel.Warning, "The configuration names no Redis (store.redis): limits are kept in the memory of this process alone.", EventName = "NoRedis")]
    public static partial void NoRedis(ILogger logger);
}
