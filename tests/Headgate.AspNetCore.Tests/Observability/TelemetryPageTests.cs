using System.Text.RegularExpressions;
using Headgate.AspNetCore.Observability;

namespace Headgate.AspNetCore.Tests.Observability;

/// <summary>What the pages list is all there is in the code, and nothing more.</summary>
public sealed partial class TelemetryPageTests
{
    private const string Telemetry = "docs/reference/telemetry.md";
    private const string Logs = "docs/operations/logs.md";

    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_instrument_of_every_package_has_a_row_with_its_unit()
    {
        string[] inCode =
        [
            .. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(file => Instrument().Matches(File.ReadAllText(file))).Select(m => $"{m.Groups["name"].Value} {m.Groups["unit"].Value}"),
        ];
        string[] onPage = [.. Row().Matches(Read(Telemetry)).Select(m => $"{m.Groups["name"].Value} {m.Groups["unit"].Value}")];
        Assert.Contains("headgate.http.requests {request}", inCode);
        Assert.Contains("headgate.keys {key}", inCode);
        Assert.Equal(inCode.Order(StringComparer.Ordinal), onPage.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_outcome_is_explained()
    {
        string page = Read(Telemetry);
        Assert.All(Enum.GetValues<RequestOutcome>(), outcome => Assert.Contains($"| `{outcome.Text()}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_tag_of_an_activity_has_a_row()
    {
        string page = Read(Telemetry);
        string[] tags = [RequestActivity.PolicyTag, RequestActivity.OutcomeTag, RequestActivity.RemainingTag, RequestActivity.RetryAfterTag];
        Assert.All(tags, tag => Assert.Contains($"| `{tag}` |", page, StringComparison.Ordinal));
        Assert.Contains($"`{RequestActivity.Name}`", page, StringComparison.Ordinal);
        Assert.Contains($"`{HeadgateAspNetCoreDiagnostics.ActivitySourceName}`", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_log_event_has_a_row_with_its_level()
    {
        string[] inCode =
        [
            .. LogEvent().Matches(File.ReadAllText(Path.Combine(Root, "src/Headgate.AspNetCore/Observability/Log.cs")))
                .Select(m => $"| {m.Groups["id"].Value} `{m.Groups["name"].Value}` | {m.Groups["level"].Value} |"),
        ];
        string[] onPage = [.. EventRow().Matches(Read(Logs)).Select(m => m.Value)];
        Assert.NotEmpty(inCode);
        Assert.Equal(inCode, onPage);
        Assert.Contains($"`{HeadgateAspNetCoreDiagnostics.LogCategory}`", Read(Logs), StringComparison.Ordinal);
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Headgate.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No Headgate.slnx in {AppContext.BaseDirectory} or above it. Run the tests inside the working copy.");
    }

    [GeneratedRegex("Create(Observable)?(UpDown)?(Counter|Gauge|Histogram)(<\\w+>)?\\(\\s*\"(?<name>headgate\\.[a-z_.]+)\",\\s*(\\w+,\\s*)?\"(?<unit>[^\"]+)\"")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"^\| `(?<name>headgate\.[a-z_.]+)` \| (?<unit>s|\{\w+\}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("LoggerMessage\\((?<id>\\d+), LogLevel\\.(?<level>\\w+),.*?EventName = \"(?<name>\\w+)\"", RegexOptions.Singleline)]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"^\| \d+ `\w+` \| \w+ \|", RegexOptions.Multiline)]
    private static partial Regex EventRow();
}
