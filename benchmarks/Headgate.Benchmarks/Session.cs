using System.Globalization;
using System.Text;
using System.Text.Json;
using Headgate.Benchmarks.Reporting;
using Headgate.Benchmarks.Rows;
using Headgate.Cli.Bench;

namespace Headgate.Benchmarks;

/// <summary>One run: measures rows, prints them as they come, writes them down.</summary>
internal static class Session
{
    public static int Run(IReadOnlyList<IRow> rows, Mode mode, int launches, string? folder)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        List<RowResult> results = [];
        foreach (IRow row in rows)
        {
            Console.Error.WriteLine($"{row.Id}: {row.Title} ...");
            RowResult result = Measure(row, mode, launches);
            results.Add(mode == Mode.Smoke ? result with { Checks = [.. result.Checks.Where(IsAllocation)] } : result);
        }

        Report report = new(start, Commit.Read(), mode, launches, Machine.Current, results);
        Console.WriteLine(Markdown.Of(report));
        folder ??= mode == Mode.Full ? DefaultFolder() : null;
        if (folder != null) Save(report, folder, "");
        if (mode == Mode.Smoke && report.Checks.FirstOrDefault(check => !check.Met) is { } fault) return Fail(fault);
        return results.Any(result => result.IsFailed) ? 1 : 0;
    }

    private static RowResult Measure(IRow row, Mode mode, int launches)
    {
        try
        {
            return row.Measure(mode, launches);
        }
        catch (InvalidOperationException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return RowResult.Failed(row.Id, row.Title, exception.Message);
        }
    }

    /// <summary>A time depends on the machine, but an allocation does not: it is a fault wherever it shows.</summary>
    private static bool IsAllocation(Check check) => check is { Unit: "B", Target: 0 };

    private static int Fail(Check check)
    {
        Console.Error.WriteLine($"{check.What}: {check.ValueText}, must be {check.TargetText}.");
        return 1;
    }

    /// <param name="report">What was found.</param>
    /// <param name="folder">Is made if it is not there.</param>
    /// <param name="suffix">Of the files' name.</param>
    public static void Save(Report report, string folder, string suffix)
    {
        Directory.CreateDirectory(folder);
        string name =
            $"{report.MeasuredAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}-{Slug(report.Machine.Processor)}{suffix}";
        string path = Path.Combine(folder, name);
        File.WriteAllText($"{path}.md", Markdown.Of(report));
        File.WriteAllText($"{path}.json", JsonSerializer.Serialize(report, Json.Options) + "\n");
        Console.Error.WriteLine($"Written: {path}.md and .json");
    }

    public static string DefaultFolder()
    {
        for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Headgate.slnx")))
                return Path.Combine(folder.FullName, "benchmarks", "results");
        }

        return Path.Combine(Environment.CurrentDirectory, "results");
    }

    private static string Slug(string text)
    {
        StringBuilder slug = new();
        foreach (char c in text)
        {
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        return slug.ToString().TrimEnd('-');
    }
}
