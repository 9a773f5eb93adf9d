using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Headgate.Server.Telemetry;

/// <summary>The log on the console, for people or as JSON.</summary>
internal static class ConsoleLines
{
    /// <summary>Lines that wait to be written. Beyond it lines are dropped and the loss is said: a console that nobody reads holds up no request.</summary>
    private const int MaxQueued = 10_000;

    public static ILoggingBuilder AddHeadgateConsole(this ILoggingBuilder logging, ServeOptions options)
    {
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddConsole(console =>
        {
            console.FormatterName = options.LogFormat == LogFormat.Json ? JsonLines.FormatterName : TextLines.FormatterName;
            console.MaxQueueLength = MaxQueued;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        // What the framework says of each request is noise unless all is asked for.
        LogLevel framework = options.LogLevel == LogLevel.Trace ? LogLevel.Trace : (LogLevel)Math.Max((int)options.LogLevel, (int)LogLevel.Warning);
        logging.AddFilter<ConsoleLoggerProvider>("Microsoft", framework).AddFilter<ConsoleLoggerProvider>("System", framework);
        logging.Services.AddSingleton<ConsoleFormatter, JsonLines>();
        logging.Services.AddSingleton<ConsoleFormatter, TextLines>();
        return logging;
    }
}
