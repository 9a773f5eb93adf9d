using Xunit;

namespace Headgate.Docs.Tests;

public sealed class CommandTests
{
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
    }

    [Fact]
    public void The_first_screen_has_the_two_commands()
    {
        string first = string.Join('\n', Repository.Read("README.md").Split('\n').Take(30));
        Assert.Contains(
            "dotnet run -c Release --project src/Headgate.Cli -- simulate samples/logs/access.log --limit \"token_bucket(capacity=10, refill=1/s)\"",
            first, StringComparison.Ordinal);
        Assert.Contains("./test", first, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "test")), "the script ./test is missing");
    }
}
