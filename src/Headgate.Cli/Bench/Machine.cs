using System.Runtime;
using System.Runtime.InteropServices;

namespace Headgate.Cli.Bench;

/// <summary>What the numbers were measured on. Without it they say nothing.</summary>
internal sealed record Machine(
    string Processor, int Processors, double MemoryGigabytes, string System, string Runtime, string Settings)
{
    public static Machine Current { get; } = new(
        ReadProcessor(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}",
        RuntimeInformation.FrameworkDescription,
        ReadSettings());

    public override string ToString() =>
        FormattableString.Invariant(
            $"{Processor}, {Processors} processors, {MemoryGigabytes:0.#} GB; {System}; {Runtime} ({Settings})");

    private static string ReadProcessor()
    {
        const string Source = "/proc/cpuinfo";
        string? line = File.Exists(Source)
            ? File.ReadLines(Source).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        string? name = line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return string.IsNullOrEmpty(name) ? RuntimeInformation.ProcessArchitecture.ToString() : name;
    }

    private static string ReadSettings()
    {
        List<string> settings = [GCSettings.IsServerGC ? "server GC" : "workstation GC"];
        foreach (string name in (string[])["TieredCompilation", "TieredPGO", "ReadyToRun", "TC_QuickJitForLoops"])
        {
            string? value = Environment.GetEnvironmentVariable($"DOTNET_{name}");
            if (value != null) settings.Add($"{name}={value}");
        }

        if (settings.Count == 1) settings.Add("default JIT settings");
        return string.Join(", ", settings);
    }
}
