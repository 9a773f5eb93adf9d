namespace Headgate.Tests.House;

/// <summary>The files of the repository that this test was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>(path from the root with '/', text) of the files under src/ with this extension; what a build makes is not among them.</summary>
    public static IReadOnlyList<(string Path, string Text)> Sources(string extension) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*" + extension, SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(Root, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules"))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => (file.Path, File.ReadAllText(file.File))),
    ];

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Headgate.slnx"))) return at.FullName;
        }

        throw new InvalidOperationException($"No Headgate.slnx above {AppContext.BaseDirectory}. Run the tests from a build inside the repository.");
    }
}
