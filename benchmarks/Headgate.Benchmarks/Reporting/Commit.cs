using System.ComponentModel;
using System.Diagnostics;

namespace Headgate.Benchmarks.Reporting;

/// <summary>The source that was measured.</summary>
internal static class Commit
{
    /// <summary>The commit's hash, with a note if files differ from it; "unknown" outside a clone.</summary>
    public static string Read()
    {
        string hash = Git("rev-parse", "--short=12", "HEAD");
        if (hash.Length == 0) return "unknown";
        return Git("status", "--porcelain", "--untracked-files=no").Length == 0 ? hash : $"{hash} with uncommitted changes";
    }

    private static string Git(params string[] arguments)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo("git", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            if (process == null) return "";
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : "";
        }
        catch (Win32Exception)
        {
            // No git on this machine: the report says "unknown".
            return "";
        }
    }
}
