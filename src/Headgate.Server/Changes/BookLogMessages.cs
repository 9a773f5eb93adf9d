using Microsoft.Extensions.Logging;

namespace Headgate.Server.Changes;

/// <summary>What an operator is told of the configuration.</summary>
internal static partial class BookLogMessages
{
    [LoggerMessage(110, LogLevel.Information, "The configuration is at version {Version}: {Tenants} tenants, {Keys} keys.", EventName = "ConfigLoaded")]
    public static partial void Loaded(ILogger logger, long version, int tenants, int keys);

    [LoggerMessage(111, LogLevel.Information, "Version {Version} of the configuration, made by another instance for {Who}, is in force: {What}", EventName = "ConfigFollowed")]
    public static partial void Followed(ILogger logger, long version, string who, string what);

    [LoggerMessage(112, LogLevel.Error, "The configuration cannot be changed or followed; what is in force stays so: {Reason}", EventName = "ConfigUnavailable")]
    public static partial void Trouble(ILogger logger, string reason);

    [LoggerMessage(113, LogLevel.Information, "The configuration can be changed and followed again.", EventName = "ConfigAvailable")]
    public static partial void TroubleOver(ILogger logger);

    [LoggerMessage(114, LogLevel.Critical,
        "Redis has version {Found} of the configuration, and this instance knew version {Known}: Redis was emptied, or lost its last writes. Version {Known} is put back.", EventName = "ConfigPutBack")]
    public static partial void PutBack(ILogger logger, long found, long known);

    [LoggerMessage(115, LogLevel.Error, "Following the configuration failed in a way that nobody thought of; it is tried again.", EventName = "ConfigNotFollowed")]
    public static partial void NotFollowed(ILogger logger, Exception exception);

    [LoggerMessage(116, LogLevel.Error, "A part of the service did not take note of version {Version} of the configuration, which is in force.", EventName = "ConfigHandlerFailed")]
    public static partial void HandlerFailed(ILogger logger, long version, Exception exception);

    [LoggerMessage(117, LogLevel.Warning,
        "The configuration is kept in memory alone: tenants, limits and keys end with this process. Start with --data DIR to keep them, or with --redis to share them.", EventName = "ConfigInMemory")]
    public static partial void InMemory(ILogger logger);
}
