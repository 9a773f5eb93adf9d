using System.Text.RegularExpressions;
using Xunit;

namespace Headgate.Docs.Tests;

[Collection(Repository.Builds)]
public sealed partial class CommandTests
{
    private const string Simulate =
        "dotnet run -c Release --project src/Headgate.Cli -- simulate samples/logs/access.log --limit \"token_bucket(capacity=10, refill=1/s)\"";

    public static TheoryData<string> Commands => [.. Find("README.md")];

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
        Run run = await Run.OfAsync("bash", ["-c", command], TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, $"{command}\n{run.Output}");
        if (command == Simulate) AssertShown(run.Output);
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
        Assert.Contains(Simulate, first, StringComparison.Ordinal);
        Assert.Contains("./test", first, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "test")), "the script ./test is missing");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
