namespace Headgate.Cli.Simulate.Input;

/// <summary>Which file a path means, so that two ways to write the same file are known as one.</summary>
internal static class FileIdentity
{
    /// <summary>As many as Linux follows: more of them are a circle.</summary>
    private const int MostLinks = 40;

    /// <summary>Where the systems fold case by default. Two files that differ only in case are rare there, and a refusal is
    /// mended by another name; an overwritten log is not.</summary>
    public static readonly StringComparer Comparer = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>True for what a write does not destroy, such as a screen or /dev/null.</summary>
    /// <param name="resolved">From <see cref="Resolve"/>.</param>
    public static bool IsDevice(string resolved) => !OperatingSystem.IsWindows()
        && resolved.StartsWith("/dev/", StringComparison.Ordinal) && !resolved.StartsWith("/dev/shm/", StringComparison.Ordinal);

    /// <summary>The whole path with every symbolic link in it followed; a hyphen becomes what standard input is connected to,
    /// where the system tells. A path that cannot be followed stays as it is: opening it says why.</summary>
    public static string Resolve(string path)
    {
        try
        {
            if (path == LogFile.StandardInput)
            {
                if (!OperatingSystem.IsLinux()) return path;
                path = "/proc/self/fd/0";
            }

            return Follow(Path.GetFullPath(path));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            return path;
        }
    }

    /// <summary>Component by component, since the framework follows only a link at the end of a path.</summary>
    private static string Follow(string path)
    {
        string done = Path.GetPathRoot(path) ?? "";
        Stack<string> left = Names(path[done.Length..], new Stack<string>());
        int links = 0;
        while (left.TryPop(out string? name))
        {
            if (name == "..")
            {
                done = Path.GetDirectoryName(done) ?? done;
                continue;
            }

            string next = Path.Combine(done, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                done = next;
                continue;
            }

            if (++links > MostLinks) return path;
            string root = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : "";
            if (root.Length > 0) done = Path.GetPathRoot(Path.GetFullPath(root))!;
            Names(target[root.Length..], left);
        }

        return done;
    }

    private static Stack<string> Names(string path, Stack<string> names)
    {
        string[] parts = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar],
            StringSplitOptions.RemoveEmptyEntries);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".") names.Push(parts[i]);
        }

        return names;
    }
}
