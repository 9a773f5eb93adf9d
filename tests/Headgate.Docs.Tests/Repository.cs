namespace Headgate.Docs.Tests;

/// <summary>The working copy that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The collection of tests that build projects of the working copy: they would get in each other's way.</summary>
    public const string Builds = "builds of the working copy";

    private static readonly string[] NotOurs = ["artifacts", "node_modules", "StrykerOutput", "TestResults", "BenchmarkDotNet.Artifacts"];

    public static string Root { get; } = FindRoot();

    /// <summary>What these tests were built as.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name == "debug" ? "Debug" : "Release";

    /// <summary>Where a project's program lies: beside this one, in the same configuration.</summary>
    public static string ProgramOf(string project)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, project + ".dll");
    }

    /// <summary>Every Markdown page of the repository, as a path from its root.</summary>
    public static IEnumerable<string> Pages() =>
        Directory.EnumerateDirectories(Root)
            .Where(folder => Path.GetFileName(folder) is var name && name[0] != '.' && !NotOurs.Contains(name))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Root, "*.md"))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(page => !page.Split('/').Any(part => NotOurs.Contains(part)))
            .Order(StringComparer.Ordinal);

    public static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Headgate.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException(
            $"No Headgate.slnx in {AppContext.BaseDirectory} or above it. Run the tests inside the working copy.");
    }
}
