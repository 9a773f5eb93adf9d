using System.Diagnostics;

namespace Headgate.Benchmarks.Simulate;

/// <summary>The headgate executable, run as its user runs it.</summary>
internal static class CommandLine
{
    private const string Project = "Headgate.Cli";

    /// <summary>Beside this program's own build output; null if it has not been built in the same configuration.</summary>
    public static string? Find()
    {
        DirectoryInfo output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string? bin = output.Parent?.Parent?.FullName;
        if (bin == null) return null;
        string folder = Path.Combine(bin, Project, output.Name);
        return new[] { "headgate.dll", $"{Project}.dll" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Seconds from start to exit, the runtime's start included.</summary>
    public static double Time(string executable, params string[] arguments)
    {
        bool library = executable.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        ProcessStartInfo start = new(library ? "dotnet" : executable) { RedirectStandardOutput = true };
        if (library) start.ArgumentList.Add(executable);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);

        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{executable} did not start.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (process.ExitCode == 0) return seconds;
        throw new InvalidOperationException(
            $"'{string.Join(' ', arguments)}' ended with exit code {process.ExitCode}: {output[..Math.Min(output.Length, 500)]}");
    }
}
