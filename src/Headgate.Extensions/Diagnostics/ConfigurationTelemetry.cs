using System.Diagnostics.Metrics;

namespace Headgate.Extensions.Diagnostics;

/// <summary>The instrument of <see cref="ConfigurationDiagnostics"/>.</summary>
internal static class ConfigurationTelemetry
{
    private static readonly Meter Meter = new(HeadgateDiagnostics.MeterName);

    private static readonly Counter<long> Reloads =
        Meter.CreateCounter<long>("headgate.config.reloads", "{reload}", "Changes of the configuration, by outcome.");

    public static void Record(bool applied) => Reloads.Add(1, new KeyValuePair<string, object?>("outcome", applied ? "applied" : "refused"));
}
