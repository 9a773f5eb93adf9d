using System.Text.RegularExpressions;
using Xunit;

namespace Headgate.Docs.Tests.Service;

/// <summary>
/// The quick start of the service, typed in from top to bottom against a fresh service: each block of commands must print what the block after it
/// shows, as JSON or, with its header, as HTTP.
/// </summary>
public sealed partial class QuickStartOfTheServiceTests
{
    private const string Page = "docs/get-started/service.md";

    [Fact]
    public async Task Every_call_is_answered_as_shown()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using ServeProcess service = await ServeProcess.StartAsync(ct);
        Fence[] blocks = [.. Markdown.Fences(Page)];
        int compared = 0;
        for (int i = 0; i < blocks.Length; i++)
        {
            if (blocks[i].Language != "bash") continue;
            Run run = await Run.OfAsync("bash", ["-e", "-o", "pipefail", "-c", service.Here(blocks[i].Text)], ct);
            Assert.True(run.ExitCode == 0, $"{blocks[i]}: {run.Output}");
            if (i + 1 == blocks.Length || blocks[i + 1].Language is not ("json" or "http" or "output")) continue;
            Assert.True(Difference(blocks[i + 1], run.Output) is not { } difference, $"{blocks[i + 1]}: {Difference(blocks[i + 1], run.Output)}\n{run.Output}");
            compared++;
        }

        Assert.True(compared >= 15, $"only {compared} answers were compared");
    }

    /// <summary>Every route of the service that stands in the contract is shown.</summary>
    [Theory]
    [InlineData("/api/check_and_consume ")]
    [InlineData("/api/check_and_consume/batch")]
    [InlineData("/api/check_and_consume/all")]
    [InlineData("/api/status/")]
    [InlineData("/api/release")]
    [InlineData("/api/renew")]
    [InlineData("/api/keys")]
    [InlineData("/api/config/history")]
    [InlineData("/api/stats/tenant/acme")]
    [InlineData("/api/config ")]
    [InlineData("/api/config/global")]
    [InlineData("/api/config/tenant/acme ")]
    [InlineData("/api/config/tenant/acme/action/login")]
    [InlineData("/api/config/tenant/acme/client/ann/action/login")]
    [InlineData("/api/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    public void The_route_is_shown(string route)
    {
        string commands = string.Join(' ', Markdown.Fences(Page).Where(fence => fence.Language == "bash").Select(fence => fence.Text.Replace('\n', ' ').Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal) + " "));
        Assert.Contains(route, commands, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"allowed":true,"remaining_requests":2}""", """{"allowed":true,"remaining_requests":1}""")]
    [InlineData("""{"allowed":true}""", """{"allowed":true,"more":1}""")]
    [InlineData("""{"retry_after_seconds":1.5}""", """{"retry_after_seconds":0}""")]
    [InlineData("""{"retry_after_seconds":1.5}""", """{"retry_after_seconds":null}""")]
    [InlineData("""[{"allowed":true}]""", """[{"allowed":true},{"allowed":true}]""")]
    public void An_answer_that_is_not_as_shown_is_noticed(string shown, string came) => Assert.NotNull(ShownJson.Difference(shown, came));

    [Fact]
    public void Times_may_differ() => Assert.Null(ShownJson.Difference("""{"reset_time_seconds":1.5,"status":"processed"}""", """{ "reset_time_seconds": 17, "status": "processed" }"""));

    private static string? Difference(Fence shown, string came)
    {
        if (shown.Language == "json") return ShownJson.Difference(shown.Text, came);
        // Of a header only the lines that are shown are compared, and no number of which time or chance decides.
        string[] lines = [.. came.Split('\n').Select(line => Number().Replace(line.TrimEnd('\r'), "#"))];
        return shown.Text.Split('\n').Where(line => line is not ("" or "..."))
            .FirstOrDefault(line => !line.StartsWith('{') && !lines.Contains(Number().Replace(line, "#"))) is { } missing ? $"'{missing}' is shown and did not come" : BodyDifference(shown.Text, came);
    }

    private static string? BodyDifference(string shown, string came)
    {
        string? left = shown.Split('\n').LastOrDefault(line => line.StartsWith('{')), right = came.Split('\n').LastOrDefault(line => line.StartsWith('{'));
        return left is null ? null : ShownJson.Difference(left, right ?? "null");
    }

    [GeneratedRegex(@"\d+(\.\d+)?(e[-+]\d+)?")]
    private static partial Regex Number();
}
