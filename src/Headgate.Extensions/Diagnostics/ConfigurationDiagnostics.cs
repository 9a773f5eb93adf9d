namespace Headgate.Extensions;

/// <summary>What is reported of the configuration, under the meter <see cref="HeadgateDiagnostics.MeterName"/>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>instrument</term><description>meaning</description></listheader>
/// <item><term>headgate.config.reloads {reload}</term><description>changes of a file or a section while the application runs, by <c>outcome</c> (applied, refused)</description></item>
/// </list>
/// </remarks>
public static class ConfigurationDiagnostics
{
    /// <summary>The category of what is logged about it, for whoever filters logs: <c>Headgate.Extensions.Configuration</c>.</summary>
    public const string LogCategory = "Headgate.Extensions.Configuration";
}
