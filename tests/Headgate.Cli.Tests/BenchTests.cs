using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Headgate.Cli.Tests;

/// <summary><c>headgate bench</c> from end to end, too short for its times to mean anything.</summary>
[Collection(nameof(Alone))]
public sealed class BenchTests
{
    private static readonly string[] Smoke = ["bench", "--smoke", "--keys", "50", "--threads", "2"];

    [Fact]
    public async Task The_comparison_comes_first_and_ends_with_three_sentences()
    {
        Cli run = await Cli.RunAsync([.. Smoke, "--no-redis"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        int place = -1;
        foreach (string part in (string[])["in memory, one caller, 50 keys", "token bucket", "leaky bucket", "System.Threading.RateLimiting",
            "in memory, 2 threads, 50 keys", "in memory, 2 threads, one hot key", "In memory a decision of the token bucket takes"])
        {
            int next = run.Output.IndexOf(part, place + 1, StringComparison.Ordinal);
            Assert.True(next > place, $"{part} is not where it belongs in {run.Output}");
            place = next;
        }

        Assert.DoesNotContain('\e', run.Output);
        Assert.All(run.Output, c => Assert.True(c < 128));
    }

    [Fact]
    public async Task Json_has_the_groups_and_with_details_the_scenarios()
    {
        Cli run = await Cli.RunAsync([.. Smoke, "--no-redis", "--json", "--details", "--limits", "fixed_window"]);
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(["machine", "comparison", "scenarios"], json.EnumerateObject().Select(member => member.Name));
        JsonElement comparison = json.GetProperty("comparison");
        Assert.Equal(["groups", "redis", "notes", "meaning"], comparison.EnumerateObject().Select(member => member.Name));
        Assert.Equal(3, comparison.GetProperty("meaning").GetArrayLength());
        JsonElement group = comparison.GetProperty("groups")[1];
        Assert.Equal(("memory", 2, 50), (group.GetProperty("where").GetString(), group.GetProperty("callers").GetInt32(), group.GetProperty("keys").GetInt32()));
        JsonElement row = group.GetProperty("rows")[0];
        Assert.Equal(["subject", "mean_nanoseconds", "p50_nanoseconds", "p99_nanoseconds", "calls_per_second", "ratio", "ratio_of"],
            row.EnumerateObject().Select(member => member.Name));
        Assert.Equal("fixed window", row.GetProperty("subject").GetString());
        Assert.True(row.GetProperty("p99_nanoseconds").GetDouble() >= row.GetProperty("p50_nanoseconds").GetDouble());
        Assert.True(row.GetProperty("ratio").GetDouble() > 0);
        Assert.Equal(7, json.GetProperty("scenarios").GetArrayLength());
    }

    [Fact]
    public async Task Every_limit_can_be_compared_on_redis_and_no_key_is_left()
    {
        Cli run = await Cli.RunAsync([.. Smoke, "--all", "--redis", TestRedis.Standalone, "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement comparison = JsonDocument.Parse(run.Output).RootElement.GetProperty("comparison");
        Assert.Equal(TestRedis.Standalone, comparison.GetProperty("redis").GetString());
        JsonElement[] groups = [.. comparison.GetProperty("groups").EnumerateArray().Where(group => group.GetProperty("where").GetString() == "redis")];
        Assert.Equal([(1, 50), (256, 50), (256, 1)], groups.Select(group => (group.GetProperty("callers").GetInt32(), group.GetProperty("keys").GetInt32())));
        string[] limits = ["token bucket", "leaky bucket", "fixed window", "sliding window", "sliding log", "concurrency, enter and release", "token bucket and sliding window"];
        Assert.Equal([.. limits, "PING by the same client"], Subjects(groups[0]));
        Assert.Equal([.. limits, "PING by the same client", "redis-benchmark -c 50 -P 16"], Subjects(groups[1]));
        Assert.StartsWith("On Redis a caller by itself waits", comparison.GetProperty("meaning")[1].GetString(), StringComparison.Ordinal);
        Assert.Empty(await TestRedis.KeysAsync("hgbench-"));
    }

    [Fact]
    public async Task A_password_is_neither_shown_nor_passed_on()
    {
        Cli run = await Cli.RunAsync([.. Smoke, "--limits", "token_bucket", "--redis", TestRedis.WithPassword]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("No yardstick beside Redis: redis-benchmark takes a password only on its command line", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(TestRedis.WithPassword.Split("password=")[1], run.Output, StringComparison.Ordinal);

        Cli wrong = await Cli.RunAsync([.. Smoke, "--redis", $"{TestRedis.WithPassword}hunter2"]);
        Assert.Equal((1, ""), (wrong.ExitCode, wrong.Output));
        Assert.Contains("cannot be measured on", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("Check that it runs there, and password= in --redis.", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redis_that_was_named_and_is_not_there_is_said_before_anything_is_measured()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        Cli run = await Cli.RunAsync("bench", "--redis", address);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal($"error: Redis at {address} cannot be measured on: no connection can be made. Check that it runs there, and password= in --redis.", run.Error.TrimEnd());
    }

    [Theory]
    [InlineData("--limits names \"token\"; the kinds are token_bucket, leaky_bucket,", "--limits", "token,fixed_window")]
    [InlineData("--limits names no kind; the kinds are token_bucket,", "--limits", ",")]
    [InlineData("--redis and --no-redis are both given", "--redis", "localhost", "--no-redis")]
    [InlineData("--all and --limits are both given", "--all", "--limits", "token_bucket")]
    [InlineData("--keys is 1; it must be between 2 and 10000000", "--keys", "1")]
    [InlineData("--threads is 0; it must be between 1 and 256", "--threads", "0")]
    public async Task Wrong_usage_says_what_to_do(string message, params string[] args)
    {
        Cli run = await Cli.RunAsync(["bench", .. args]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Subjects(JsonElement group) =>
        group.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("subject").GetString());
}
