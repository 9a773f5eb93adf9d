using Microsoft.Extensions.Logging;

namespace Headgate.Server.Hosting;

/// <summary>What an operator is told of start and stop.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(100, LogLevel.Information, "Stopping, with {Connections} connections open: not ready for {DrainDelay}, then up to {ShutdownTimeout} to finish what has begun.", EventName = "Stopping")]
    public static partial void Stopping(ILogger logger, int connections, TimeSpan drainDelay, TimeSpan shutdownTimeout);

    [LoggerMessage(101, LogLevel.Information, "Stopped.", EventName = "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(102, LogLevel.Warning, "Cut {Connections} connections whose requests had not ended within {ShutdownTimeout} (--shutdown-timeout).", EventName = "Cut")]
    public static partial void Cut(ILogger logger, int connections, TimeSpan shutdownTimeout);

    [LoggerMessage(103, LogLevel.Warning, "The process may open {Limit} files, and --max-connections {MaxConnections} needs {Needed}. Raise the limit (ulimit -n, LimitNOFILE in systemd), or lower --max-connections.", EventName = "FewFiles")]
    public static partial void FewFiles(ILogger logger, long limit, int maxConnections, long needed);
}
