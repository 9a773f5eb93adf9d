using Microsoft.Extensions.Logging;

namespace Headgate.Extensions.Diagnostics;

/// <summary>What an operator is told of the configuration. No API key, no hash of one, no address of a store.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(1, LogLevel.Information, "The changed configuration of limits ({Source}) is in force: {Policies} policies, {Routes} routes.", EventName = "ConfigurationApplied")]
    public static partial void Applied(ILogger logger, string source, int policies, int routes);

    [LoggerMessage(2, LogLevel.Error, "The changed configuration of limits ({Source}) is refused; what was in force stays. {Errors}", EventName = "ConfigurationRefused")]
    public static partial void Refused(ILogger logger, string source, string errors);

    [LoggerMessage(3, LogLevel.Warning, "The store of limits has changed in the configuration ({Source}); it is read at the start only. Restart the application to use it.", EventName = "StoreStays")]
    public static partial void StoreStays(ILogger logger, string source);

    [LoggerMessage(4, LogLevel.Error, "Looking for changes of the configuration of limits failed; it is tried again.", EventName = "ConfigurationWatchFailed")]
    public static partial void Failed(ILogger logger, Exception exception);
}
