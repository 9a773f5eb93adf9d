using System.Diagnostics;
using System.Reflection;

namespace Headgate.Server.Metrics;

/// <summary>What is the same for the life of the process: which program it is, and since when it runs.</summary>
internal static class ProcessFacts
{
    /// <summary>The names of the families, as <see cref="Family.Name"/> has them.</summary>
    public static IReadOnlyCollection<string> Names { get; } = ["headgate_build", "headgate_build_info", "process_start_time_seconds"];

    /// <summary>The version of Headgate.</summary>
    public static string Version { get; } = Plain(typeof(ProcessFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");

    /// <summary>Seconds since 1970; read late, for it asks the operating system.</summary>
    private static readonly Lazy<double> Started = new(() =>
    {
        using Process self = Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1_000.0;
    });

    public static void Write(ExpositionWriter writer)
    {
        string labels = $"runtime=\"{LabelSet.Escape(Environment.Version.ToString())}\",version=\"{LabelSet.Escape(Version)}\"";
        writer.Write("headgate_build", null, "The program.", labels, 1, isInfo: true);
        writer.Write("process_start_time_seconds", "seconds", "When the process started, in seconds since 1970.", "", Started.Value);
    }

    /// <summary>Without the commit that a build may add behind a plus.</summary>
    private static string Plain(string version) => version.Split('+')[0];
}
