using Xunit;

namespace Headgate.Docs.Tests;

public sealed class SampleTests
{
    /// <summary>Each sample and a line that it must print for having shown its point.</summary>
    public static TheoryData<string, string> Samples => new()
    {
        { "BurstyPublicApi", "burst of 15: 10 allowed, 5 denied" },
        { "SmoothInternalTraffic", "10 of 10 left in order, none early" },
        { "UserActions", "Please wait 1 minute before you invite again." },
        { "Hybrid", "refused by per-minute" },
        { "PerClientAndGlobal", "carol was refused by global and was charged nothing" },
    };

    [Theory, MemberData(nameof(Samples))]
    public async Task Every_sample_runs_and_shows_its_point(string sample, string line)
    {
        Run run = await Run.OfAsync("dotnet", [Repository.ProgramOf(sample)], TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains(line, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void No_sample_is_left_out()
    {
        string samples = Path.Combine(Repository.Root, "samples");
        IEnumerable<string> projects = Directory.EnumerateFiles(samples, "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);
        Assert.Equal(Samples.Select(row => row.Data.Item1).Order(StringComparer.Ordinal), projects);
    }
}
