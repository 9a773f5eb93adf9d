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

        CheckEachOnce(files);
        if (html is not null) CheckReport(files, html);
        return files;
    }

    private static void CheckEachOnce(string[] files)
    {
        for (int i = 0; i < files.Length; i++)
        {
            for (int earlier = 0; earlier < i; earlier++)
            {
                if (!FileIdentity.Same(files[earlier], files[i])) continue;
                string once = "Name each once, or its requests would count twice.";
                throw CommandException.WrongUsage(
                    files[i] == LogFile.StandardInput && files[earlier] == files[i]
                        ? "Standard input is named twice, but can be read only once. Give one hyphen (-)."
                    : files[i] == files[earlier]
                        ? $"{LogFile.Name(files[i])} is named twice. {once}"
                        : $"{LogFile.Name(files[earlier])} and {LogFile.Name(files[i])} are the same file. {once}");
            }
        }
    }

    private static void CheckReport(string[] files, string html)
    {
        if (html.Length == 0) throw CommandException.WrongUsage("--html is empty. Name the file to write, such as report.html.");
        if (Directory.Exists(html))
        {
            throw CommandException.WrongUsage(
                $"--html is {LogFile.Name(html)}, which is a directory. Name a file, such as {PlainText.Clean(Path.Combine(html, "report.html"), 200)}");
        }

        if (!FileIdentity.IsDevice(html) && Array.Find(files, f => FileIdentity.Same(f, html)) is { } input)
        {
            throw CommandException.WrongUsage(
                $"--html is {PlainText.Clean(html, 200)}, the same file as the log {LogFile.Name(input)}; the report would overwrite it. "
                + "Name another file, such as report.html.");
        }
    }
}
