using Microsoft.Extensions.Logging;

namespace Headgate.Server.Changes.Files;

/// <summary>What an operator is told of the files.</summary>
internal static partial class FileLogMessages
{
    [LoggerMessage(100, LogLevel.Error, "{Warning}", EventName = "ConfigDamaged")]
    public static partial void Damaged(ILogger logger, string warning);

    [LoggerMessage(101, LogLevel.Information, "{File} ended in the middle of a change that was never acknowledged; it was cut to {Length} bytes. Version {Version} is in force.", EventName = "ConfigTorn")]
    public static partial void Torn(ILogger logger, string file, long length, long version);

    [LoggerMessage(102, LogLevel.Error, "Version {Version} of the configuration could not be kept in {Folder}, and was refused: {Reason}", EventName = "ConfigNotKept")]
    public static partial void NotKept(ILogger logger, long version, string folder, string reason);

    [LoggerMessage(103, LogLevel.Warning, "{Folder} could not be put in order: {Reason} Changes are refused until it can.", EventName = "ConfigNotRepaired")]
    public static partial void NotRepaired(ILogger logger, string folder, string reason);

    [LoggerMessage(104, LogLevel.Warning, "No snapshot of the configuration could be written to {Folder}: {Reason} The journal goes on and nothing is lost; it is tried again.", EventName = "ConfigNoSnapshot")]
    public static partial void NoSnapshot(ILogger logger, string folder, string reason);
}
