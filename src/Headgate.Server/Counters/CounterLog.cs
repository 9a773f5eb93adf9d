using Microsoft.Extensions.Logging;

namespace Headgate.Server.Counters;

/// <summary>What an operator is told of counters that outlive the process.</summary>
internal static partial class CounterLog
{
    [LoggerMessage(140, LogLevel.Information, "There are no counters in {File}: everybody begins anew. So it is at the first start, and after a stop that was not orderly.", EventName = "NoCounters")]
    public static partial void None(ILogger logger, string file);

    [LoggerMessage(141, LogLevel.Information, "Restored the counters of {Keys} keys from {File} in {Elapsed}.", EventName = "CountersRestored")]
    public static partial void Restored(ILogger logger, long keys, string file, TimeSpan elapsed);

    [LoggerMessage(142, LogLevel.Error, "The counters of the last run are lost, and everybody begins anew: {Problem}", EventName = "CountersLost")]
    public static partial void Lost(ILogger logger, string problem);

    [LoggerMessage(143, LogLevel.Information, "Saved the counters of {Keys} keys in {File}, {Bytes} bytes in {Elapsed}.", EventName = "CountersSaved")]
    public static partial void Saved(ILogger logger, long keys, string file, long bytes, TimeSpan elapsed);

    [LoggerMessage(144, LogLevel.Error, "The counters could not be saved in {File}, so everybody begins anew at the next start: {Problem}", EventName = "CountersNotSaved")]
    public static partial void NotSaved(ILogger logger, string file, string problem);

    [LoggerMessage(145, LogLevel.Warning, "A file of counters could not be put away: {Problem} It is not read again; delete it.", EventName = "CountersLeftBehind")]
    public static partial void LeftBehind(ILogger logger, string problem);
}
