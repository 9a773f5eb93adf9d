using Headgate.Cli.Simulate.Input;

namespace Headgate.Cli.Simulate;

/// <summary>Checks the files of a command line together, before anything is read or written.</summary>
internal static class FileArguments
{
    public static string[] Check(string[] files, string? html)
    {
        if (Array.Find(files, f => f.Length > 1 && f[0] == '-') is { } option)
        {
            throw CommandException.WrongUsage(
                $"{PlainText.Clean(option, 60)} is no option. See: headgate simulate --help. A file of that name is ./{PlainText.Clean(option, 60)}");
        }

        Dictionary<string, string> named = CheckEachOnce(files);
        if (html is not null) CheckReport(named, html);
        return files;
    }

    /// <summary>The files as given, by what they resolve to.</summary>
    private static Dictionary<string, string> CheckEachOnce(string[] files)
    {
        const string Once = "Name each once, or its requests would count twice.";
        Dictionary<string, string> named = new(FileIdentity.Comparer);
        foreach (string file in files)
        {
            string resolved = FileIdentity.Resolve(file);
            if (named.TryAdd(resolved, file)) continue;
            string earlier = named[resolved];
            throw CommandException.WrongUsage(
                file == LogFile.StandardInput && earlier == file
                    ? "Standard input is named twice, but it can be read only once. Give one hyphen (-)."
                : file == earlier
                    ? $"{LogFile.Name(file)} is named twice. {Once}"
                    : $"{LogFile.Name(earlier)} and {LogFile.Name(file)} are the same file. {Once}");
        }

        return named;
    }

    private static void CheckReport(Dictionary<string, string> named, string html)
    {
        if (html.Length == 0) throw CommandException.WrongUsage("--html is empty. Name the file to write, such as report.html.");
        string report = PlainText.Clean(html, 200);
        if (Directory.Exists(html))
        {
            throw CommandException.WrongUsage(
                $"--html is {report}, which is a directory. "
                + $"Name a file, such as {PlainText.Clean(Path.Combine(html, "report.html"), 200)}");
        }

        // A report has no name for standard output: a hyphen is a file like any other.
        string resolved = FileIdentity.Resolve(html == LogFile.StandardInput ? $"./{html}" : html);
        if (!FileIdentity.IsDevice(resolved) && named.TryGetValue(resolved, out string? input))
        {
            throw CommandException.WrongUsage(
                $"--html is {report}, "
                + $"the same file as {(input == LogFile.StandardInput ? "" : "the log ")}{LogFile.Name(input)}; the report would overwrite it. "
                + "Name another file, such as report.html.");
        }
    }
}
