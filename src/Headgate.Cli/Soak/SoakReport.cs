using System.Globalization;
using System.Text;
using Headgate.Cli.Bench;

namespace Headgate.Cli.Soak;

/// <summary>The result of a soak as markdown, for the screen and for a file alike.</summary>
internal static class SoakReport
{
    private const double Mebibyte = 1024 * 1024;

    public static string Of(SoakResult result)
    {
        SoakOptions options = result.Options;
        StringBuilder text = new();
        text.AppendLine("# Soak").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Machine.Current}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Format.Count(options.Connections, "connection")} at full load for {Format.Duration((long)result.Took.TotalMicroseconds)}, {Format.Count(result.Clients)} different clients of 10 tenants, {Format.Count(options.Idle, "idle connection")}{(options.RedisFaults ? ", on a Redis that fails" : "")}; each second a change of the configuration, a look at it and a scrape.").AppendLine();
        Row(text, "what", "figure");
        Row(text, "---", "---:");
        Row(text, "answers", Format.Count(result.Answers));
        Row(text, "answers a second", Format.Count((long)(result.Answers / Math.Max(0.001, result.Took.TotalSeconds))));
        Row(text, "errors", Format.Count(result.Errors));
        Row(text, "answers of status 503", Format.Count(result.Refused));
        Row(text, "changes, refused, scrapes", $"{Format.Count(result.Changes)}, {Format.Count(result.ChangesRefused)}, {Format.Count(result.Scrapes)}");
        Row(text, "idle connections at the end", Format.Count(result.IdleAtEnd));
        if (result.Faults.Count == 3) Row(text, "Redis killed, stopped, flushed", $"{result.Faults[0]}, {result.Faults[1]}, {result.Faults[2]}");
        foreach ((string name, double share) in ((string, double)[])[("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)])
            Row(text, name, result.Latency.Count == 0 ? "" : $"{(result.Latency.Quantile(share) / 1e6).ToString("0.00", CultureInfo.InvariantCulture)} ms");
        Row(text, "exit code of the service", result.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "none");
        text.AppendLine();
        AppendMemory(text, result);
        text.AppendLine(result.Failures.Count == 0 ? "**All is well.**" : $"**Not well:** {string.Join("; ", result.Failures)}.");
        foreach (string error in result.FirstErrors) text.AppendLine(CultureInfo.InvariantCulture, $"- {error}");
        return text.ToString();
    }

    public static string Progress(ProcessSample sample) => string.Create(CultureInfo.InvariantCulture,
        $"{sample.At.TotalSeconds,6:0} s  {Format.Count(sample.Answers),14} answers  {sample.ResidentBytes / Mebibyte,7:0.0} MiB  {sample.Threads,3} threads  {sample.Handles,6} files");

    private static void AppendMemory(StringBuilder text, SoakResult result)
    {
        if (result.Samples.Count < 8) return;
        Row(text, "median of", "resident MiB", "GC committed MiB", "threads", "open files");
        Row(text, "---", "---:", "---:", "---:", "---:");
        AppendSample(text, "the start", [result.Samples[0]]);
        for (int quarter = 0; quarter < 4; quarter++) AppendSample(text, $"quarter {quarter + 1}", LeakVerdict.Quarter(result.Samples, quarter));
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Slope of resident memory in the second half: {result.Verdict.Slope / Mebibyte:0.00} MiB a minute (Theil-Sen). Growth is judged by medians: the last quarter may be above the third by {LeakVerdict.MemoryShare:0 %} or {LeakVerdict.MemoryBytes / Mebibyte:0} MiB, whichever is more, and by {LeakVerdict.Handles} threads or files.").AppendLine();
    }

    private static void AppendSample(StringBuilder text, string name, ProcessSample[] samples)
    {
        double[] heap = [.. samples.Where(sample => sample.HeapBytes is not null).Select(sample => (double)sample.HeapBytes!)];
        Row(text, name, Mebibytes(LeakVerdict.Median(samples.Select(sample => (double)sample.ResidentBytes))), heap.Length == 0 ? "" : Mebibytes(LeakVerdict.Median(heap)),
            Whole(LeakVerdict.Median(samples.Select(sample => (double)sample.Threads))), Whole(LeakVerdict.Median(samples.Select(sample => (double)sample.Handles))));
    }

    private static string Mebibytes(double bytes) => (bytes / Mebibyte).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Whole(double number) => number.ToString("0", CultureInfo.InvariantCulture);

    private static void Row(StringBuilder text, params string[] cells) => text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
}
