namespace Headgate.Server.Tests.Counters;

/// <summary>A folder of its own for one test.</summary>
internal sealed class DataFolder : IDisposable
{
    public DataFolder() => Path = Directory.CreateTempSubdirectory("headgate-counters-").FullName;

    public string Path { get; }

    public string Counters => Of("counters.hgs");

    /// <summary>The names of what has to do with counters, in order.</summary>
    public string[] Names =>
        [.. Directory.EnumerateFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)).Where(name => name.StartsWith("counters", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public ServeOptions Options => new() { DataFolder = Path };

    public string Of(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
