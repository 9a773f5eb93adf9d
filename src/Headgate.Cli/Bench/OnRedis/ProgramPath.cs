namespace Headgate.Cli.Bench.OnRedis;

/// <summary>Programs of other people, looked up as a shell does.</summary>
internal static class ProgramPath
{
    /// <summary>Null if no folder of PATH has it.</summary>
    public static string? Find(string program)
    {
        string name = OperatingSystem.IsWindows() ? $"{program}.exe" : program;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
