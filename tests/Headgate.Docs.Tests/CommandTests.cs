using System.Text.RegularExpressions;
using Xunit;

namespace Headgate.Docs.Tests;

[Collection(Repository.Builds)]
public sealed partial class CommandTests
{
    private const string Simulate =
        "dotnet run -c Release --project src/Headgate.Cli -- simulate samples/logs/access.log --limit \"token_bucket(capacity=10, refill=1/s)\"";

    public static TheoryData<string> Commands => [.. Find("README.md")];

    private const string Serve = "dotnet run -c Release --project src/Headgate.Cli -- serve";

    /// <summary>Commands that need this repository and nothing else; ./test is left out because it runs these tests.</summary>
    private static IEnumerable<string> Find(string page) =>
        Markdown.Fences(page).Where(f => f.Language is "bash" or "console" or "sh")
            .SelectMany(f => f.Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            .Select(line => line.Trim().TrimStart('$').Trim())
            .Where(line => line.StartsWith("dotnet run", StringComparison.Ordinal))
            .Distinct();

    [Theory, MemberData(nameof(Commands))]
    public async Task Every_command_of_the_readme_runs(string command)
    {
        if (command == Serve)
        {
            await AssertServesAsync(command);
            return;
        }

        Run run = await Run.OfAsync("bash", ["-c", command], TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, $"{command}\n{run.Output}");
        if (command == Simulate) AssertShown(run.Output);
    }

    /// <summary>A service runs until it is told to end: it must answer the call that the page shows, and end in good order. On a port that is free here.</summary>
    private static async Task AssertServesAsync(string command)
    {
        string ask = Markdown.Fences("README.md").Single(f => f.Language == "sh" && f.Text.StartsWith("curl -s http://127.0.0.1:5000/api/check_and_consume", StringComparison.Ordinal)).Text;
        string script = $$"""
            port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
            {{command}} --urls http://127.0.0.1:$port &
            program=$!
            for _ in $(seq 1200); do curl -s -o /dev/null http://127.0.0.1:$port/health/ready && break; kill -0 $program || exit 1; sleep 0.1; done
            {{ask.Replace(":5000", ":$port", StringComparison.Ordinal)}}
            status=$?
            # dotnet run hands a signal from the terminal to the program, and none that is sent to it alone.
            pkill -TERM -P $program
            wait $program || exit 1
            exit $status
            """;
        Run run = await Run.OfAsync("bash", ["-c", script], TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("""{"allowed":true,"remaining_requests":2,"reset_time_seconds":""", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Blocks in the language "output" are taken from what the first command prints; white space is not compared.</summary>
    private static void AssertShown(string output)
    {
        string printed = Space().Replace(output, " ");
        string[] shown = [.. Markdown.Fences("README.md").Where(f => f.Language == "output").SelectMany(f => f.Text.Split('\n')).Where(l => l.Length > 0)];
        Assert.NotEmpty(shown);
        Assert.All(shown, line => Assert.Contains(Space().Replace(line, " ").Trim(), printed, StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_screen_has_the_two_commands()
    {
        string first = string.Join('\n', Repository.Read("README.md").Split('\n').Take(30));
        Assert.Contains(Serve, first, StringComparison.Ordinal);
        Assert.Contains("./test", first, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "test")), "the script ./test is missing");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
