using Headgate.Http.Learning;
using Microsoft.Extensions.Logging;

namespace Headgate.Http;

/// <summary>What an operator can ask to be told. No key, no address.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Debug, "A request of {Client} was not sent: limit {Limit} denied it. Retry after {Seconds:F3} s (-0.001: never).", EventName = "RequestRefused")]
    public static partial void RequestRefused(ILogger logger, string client, string? limit, double seconds);

    [LoggerMessage(2, LogLevel.Debug, "A request of {Client} was not sent: the other side is to be left alone for {Seconds:F3} s more.", EventName = "RequestHeldBack")]
    public static partial void RequestHeldBack(ILogger logger, string client, double seconds);

    [LoggerMessage(3, LogLevel.Debug, "{Client} leaves the other side alone for {Seconds:F3} s, as an answer with status {Status} said in {From}.", EventName = "Learned")]
    public static partial void Learned(ILogger logger, string client, double seconds, int status, LearnedFrom from);

    [LoggerMessage(4, LogLevel.Debug, "{Client} was told to leave the other side alone and could not keep it: something is learned of MaxLearnedKeys ({Keys}) keys already.", EventName = "LearnedTableFull")]
    public static partial void LearnedTableFull(ILogger logger, string client, int keys);
}
