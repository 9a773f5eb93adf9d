using System.Text.Json;

namespace Headgate.Cli.Tests;

/// <summary><c>headgate check</c> in memory, and what it refuses before any store is asked.</summary>
public sealed class CheckTests
{
    private const string Bucket = "token_bucket(capacity=3, refill=1/s)";
    private const string InMemory = "Decided in memory, where nothing is kept between runs. Name a Redis with --redis to share the count and keep it.";

    [Fact]
    public async Task A_decision_says_everything_that_it_knows()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", "leaky_bucket(capacity=5, leak=2/s)", "--cost", "3");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            ["allowed: \"alice\", cost 3", "  remaining    2 of 5", "  retry after  0 s", "  reset after  1.5 s", "  delay        0 s",
                "  decided by   leaky_bucket(capacity=5, leak=2/s)", "  source       memory", InMemory, ""],
            run.Output.Split(Environment.NewLine));
    }

    [Fact]
    public async Task A_denial_is_an_answer_and_no_failure()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", Bucket, "--cost", "4");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("denied: \"alice\", cost 4", run.Output, StringComparison.Ordinal);
        Assert.Contains("retry after  never: a cost of 4 is above the limit's 3", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeated_decisions_have_a_line_each_and_a_total()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", Bucket, "--repeat", "5");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string[] lines = run.Output.Split(Environment.NewLine);
        Assert.Equal(
            ["1  allowed              2            0 s            1 s            0 s  memory",
                "2  allowed              1            0 s            2 s            0 s  memory",
                "3  allowed              0            0 s            3 s            0 s  memory",
                "4  denied               0            1 s            3 s            0 s  memory",
                "5  denied               0            1 s            3 s            0 s  memory",
                "5 decisions: 3 allowed, 2 denied, in 0 s"],
            lines[1..7]);
        Assert.Equal(["remaining", "retry", "after", "reset", "after", "delay", "source"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Several_limits_say_which_of_them_decided()
    {
        const string Hour = "fixed_window(permits=2, window=1h)";
        Cli run = await Cli.CheckAsync("alice", "--limit", $"all_of({Bucket}; {Hour})", "--repeat", "3");
        string[] lines = run.Output.Split(Environment.NewLine);
        Assert.EndsWith("decided by", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..4], line => Assert.EndsWith(Hour, line, StringComparison.Ordinal));
        Assert.Matches("^3  denied +0 +1 h +1 h +0 s ", lines[3]);
    }

    [Fact]
    public async Task A_peek_takes_nothing()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", Bucket, "--peek", "--repeat", "10");
        Assert.Contains("10 decisions: 10 allowed, 0 denied", run.Output, StringComparison.Ordinal);
        Assert.Contains("A peek: nothing was taken.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_concurrency_limit_holds_for_the_run()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", "concurrency(permits=2)", "--repeat", "3");
        Assert.Contains("3 decisions: 2 allowed, 1 denied", run.Output, StringComparison.Ordinal);
        Assert.Contains("given back at the end", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shadow_limit_is_reported_and_not_enforced()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", $"all_of({Bucket}; fixed_window(permits=1, window=1h, shadow=true, name=new))", "--cost", "2");
        Assert.StartsWith("allowed", run.Output, StringComparison.Ordinal);
        Assert.Contains("  shadow       new would have denied", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_an_object_a_line()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", Bucket, "--cost", "2", "--repeat", "2", "--json");
        string[] lines = run.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["""{"number":1,"allowed":true,"limit":3,"remaining":1,"retry_after_seconds":0,"reset_after_seconds":2,"delay_seconds":0,"""
                + $"\"decided_by\":\"{Bucket}\",\"shadow_denied_by\":null,\"source\":\"memory\",\"decided_at\":\"2026-03-10T12:00:00.000000Z\"}}",
                """{"number":2,"allowed":false,"limit":3,"remaining":1,"retry_after_seconds":1,"reset_after_seconds":2,"delay_seconds":0,"""
                + $"\"decided_by\":\"{Bucket}\",\"shadow_denied_by\":null,\"source\":\"memory\",\"decided_at\":\"2026-03-10T12:00:00.000000Z\"}}",
                """{"total":{"decisions":2,"allowed":1,"denied":1,"elapsed_seconds":0}}"""],
            lines);
    }

    [Fact]
    public async Task Json_of_one_decision_is_one_object_and_never_is_null()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", Bucket, "--cost", "9", "--json");
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(JsonValueKind.Null, json.GetProperty("retry_after_seconds").ValueKind);
        Assert.False(json.TryGetProperty("keys", out _));
    }

    [Fact]
    public async Task Quiet_is_a_word_for_a_script()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", Bucket, "--quiet", "-n", "4");
        Assert.Equal(["allowed", "allowed", "allowed", "denied", ""], run.Output.Split(Environment.NewLine));
    }

    [Fact]
    public async Task Colours_are_for_terminals()
    {
        string[] args = ["check", "alice", "--limit", Bucket, "--repeat", "4"];
        Cli screen = await Cli.RunAsync(args, "", colours: true, new StillClock());
        Assert.Contains("\e[32mallowed\e[0m", screen.Output, StringComparison.Ordinal);
        Assert.Contains("\e[31mdenied\e[0m", screen.Output, StringComparison.Ordinal);
        Cli pipe = await Cli.RunAsync(args, "", colours: false, new StillClock());
        Assert.DoesNotContain('\e', pipe.Output);
    }

    [Fact]
    public async Task A_key_cannot_steer_the_screen()
    {
        Cli run = await Cli.CheckAsync("a\e[31m\u202E", "--limit", Bucket);
        Assert.StartsWith("allowed: \"a\\x1B[31m\\u202E\"", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public async Task A_limit_that_cannot_be_read_is_shown_with_the_place()
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", "token_bucket(capacity=ten, refill=1/s)");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: --limit cannot be read, at position 22:", run.Error, StringComparison.Ordinal);
        Assert.Contains("token_bucket(capacity=ten, refill=1/s)", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cost is -1; it must be 0 or more", "--cost", "-1")]
    [InlineData("--repeat is 0; it must be 1 to 1000000", "--repeat", "0")]
    [InlineData("--repeat is 1000001; it must be 1 to 1000000", "--repeat", "1000001")]
    [InlineData("--json and --quiet are both given", "--json", "--quiet")]
    [InlineData("--show-keys is about Redis, and no Redis is named", "--show-keys")]
    [InlineData("--prefix is about Redis, and no Redis is named", "--prefix", "app")]
    [InlineData("--readable-keys is about Redis, and no Redis is named", "--readable-keys")]
    [InlineData("--timeout is about Redis, and no Redis is named", "--timeout", "1s")]
    [InlineData("--timeout is \"soon\"; it must be a duration", "--timeout", "soon", "--redis", "localhost")]
    [InlineData("--timeout is \"2min\"; it must be a duration from 1ms to 1min", "--timeout", "2min", "--redis", "localhost")]
    [InlineData("--quiet prints one word a decision", "--quiet", "--show-keys", "--redis", "localhost")]
    public async Task Wrong_usage_says_what_to_do(string message, params string[] args)
    {
        Cli run = await Cli.CheckAsync(["alice", "--limit", Bucket, .. args]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "names no host")]
    [InlineData("password=hunter2", "names no host")]
    [InlineData("redis://user:hunter2@10.0.0.7:6379", "written like a URL")]
    [InlineData("hunter2@10.0.0.7", "written like a URL")]
    [InlineData("10.0.0.7:6379,password=hun,hunter2", "a password cannot have a comma")]
    public async Task A_redis_that_cannot_be_read_is_refused_without_its_password(string redis, string message)
    {
        Cli run = await Cli.CheckAsync("alice", "--limit", Bucket, "--redis", redis);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7:6379")]
    [InlineData("10.0.0.7:7000,ssl=true,password=hunter2", "10.0.0.7:7000")]
    [InlineData("a:1, b,name=x", "a:1, b:6379")]
    [InlineData("::1", "::1:6379")]
    [InlineData("[::1]:7000", "[::1]:7000")]
    public void A_redis_is_shown_by_its_hosts(string redis, string shown)
    {
        RedisArgument parsed = RedisArgument.Parse(redis);
        Assert.Equal((redis, shown, shown), (parsed.Configuration, parsed.Display, parsed.ToString()));
    }
}
