using Xunit;

namespace Headgate.Docs.Tests;

public sealed class SampleTests
{
    /// <summary>Those that serve when nobody says otherwise.</summary>
    private static readonly string[] Servers = ["MinimalApi", "MvcAttributes", "ApiKeys", "Tenants"];

    private static readonly string[] OnRedis = ["TwoProcessesOneLimit", "FrameworkMiddlewareOnRedis"];

    /// <summary>Each sample and a line that it must print for having shown its point.</summary>
    public static TheoryData<string, string> Samples => new()
    {
        { "BurstyPublicApi", "burst of 15: 10 allowed, 5 denied" },
        { "SmoothInternalTraffic", "10 of 10 left in order, none early" },
        { "SignalRHub", "ann: Send is refused by the policy 'chat': too many. Retry after " },
        { "UserActions", "Please wait 1 minute before you invite again." },
        { "Hybrid", "refused by per-minute" },
        { "PerClientAndGlobal", "carol was refused by global and was charged nothing" },
        { "MinimalApi", "the third was answered 429, and /health is open: 5 of 5" },
        { "MvcAttributes", "10 permits - 1 for an order - 5 for an export leave 4" },
        { "ApiKeys", "small-shop now has 8: small-shop 3, big-shop 10, an unknown key 0, no key 0" },
        { "Tenants", "bob of acme: 3 of 20" },
        { "HttpClientAgainstALimit", "careful: 30 of 30 served, 0 refused by the API" },
        { "ServiceClient", "all: allowed true, 0 left" },
        { "TwoProcessesOneLimit", "together 100 of 200" },
        { "FrameworkMiddlewareOnRedis", "two instances let 12 of 20 requests through" },
    };

    [Theory, MemberData(nameof(Samples))]
    public async Task Every_sample_runs_and_shows_its_point(string sample, string line)
    {
        string[] arguments = OnRedis.Contains(sample) ? [TestRedis()] : Servers.Contains(sample) ? ["--demo"] : [];
        Run run = await Run.OfAsync("dotnet", [Repository.ProgramOf(sample), .. arguments], TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains(line, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TwoProcessesOneLimit")]
    [InlineData("FrameworkMiddlewareOnRedis")]
    public async Task A_sample_without_its_Redis_says_what_to_do(string sample)
    {
        // Nobody listens on port 1.
        Run run = await Run.OfAsync("dotnet", [Repository.ProgramOf(sample), "127.0.0.1:1"], TestContext.Current.CancellationToken);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("No Redis at 127.0.0.1:1.", run.Output, StringComparison.Ordinal);
        Assert.Contains("redis-server --port 6379", run.Output, StringComparison.Ordinal);
    }

    private static string TestRedis() => Environment.GetEnvironmentVariable("HEADGATE_TEST_REDIS")
        ?? throw new InvalidOperationException("HEADGATE_TEST_REDIS is not set, so there is no Redis to run the sample on. Run ./test, which starts one.");

    [Fact]
    public void No_sample_is_left_out()
    {
        string samples = Path.Combine(Repository.Root, "samples");
        IEnumerable<string> projects = Directory.EnumerateFiles(samples, "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);
        Assert.Equal(Samples.Select(row => row.Data.Item1).Order(StringComparer.Ordinal), projects);
    }
}
