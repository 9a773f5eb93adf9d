namespace Headgate.Server.Tests;

/// <summary>Files of the repository that tests hold to the code.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Headgate.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No Headgate.slnx in {AppContext.BaseDirectory} or above it. Run the tests inside the working copy.");
    }
}
