using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StackExchange.Redis;

namespace Headgate.Cli.Tests;

/// <summary><c>headgate check --redis</c> against a real server.</summary>
public sealed class CheckRedisTests
{
    private const string Bucket = "token_bucket(capacity=3, refill=1/h)";

    /// <summary>For machines that do much else: none of these tests is about time.</summary>
    private const string Patience = "20s";

    private readonly string _prefix = TestRedis.NewPrefix();

    [Fact]
    public async Task The_count_is_kept_between_runs()
    {
        Cli first = await CheckAsync("alice", "--limit", Bucket);
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.StartsWith("allowed: \"alice\", cost 1", first.Output, StringComparison.Ordinal);
        Assert.Contains("  remaining    2 of 3", first.Output, StringComparison.Ordinal);
        Assert.Contains($"  source       redis at {TestRedis.Standalone}", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("memory", first.Output, StringComparison.Ordinal);

        Cli second = await CheckAsync("alice", "--limit", Bucket, "--cost", "2", "--quiet");
        Cli third = await CheckAsync("alice", "--limit", Bucket, "--quiet");
        Assert.Equal(("allowed", "denied"), (second.Output.TrimEnd(), third.Output.TrimEnd()));
        Assert.Equal(0, third.ExitCode);
    }

    [Fact]
    public async Task Keys_are_shown_as_redis_has_them()
    {
        JsonElement json = await JsonAsync("alice", "--limit", Bucket, "--show-keys");
        string key = Assert.Single(json.GetProperty("keys").EnumerateArray()).GetString()!;
        Assert.Equal([key], await TestRedis.KeysAsync(_prefix));

        Cli text = await CheckAsync("alice", "--limit", Bucket, "--show-keys");
        Assert.Contains($"Its state in Redis is in this key:{Environment.NewLine}  {key}{Environment.NewLine}", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peek_leaves_no_key()
    {
        Cli run = await CheckAsync("alice", "--limit", Bucket, "--peek");
        Assert.StartsWith("allowed", run.Output, StringComparison.Ordinal);
        Assert.Empty(await TestRedis.KeysAsync(_prefix));
    }

    [Fact]
    public async Task Namespaces_and_readable_keys_are_those_of_the_fleet()
    {
        Cli one = await CheckAsync("alice", "--limit", Bucket, "--cost", "3", "--name", "orders", "--readable-keys", "--quiet");
        Cli other = await CheckAsync("alice", "--limit", Bucket, "--cost", "3", "--name", "logins", "--readable-keys", "--quiet");
        Assert.Equal(("allowed", "allowed"), (one.Output.TrimEnd(), other.Output.TrimEnd()));
        string[] keys = await TestRedis.KeysAsync(_prefix);
        Assert.Equal(2, keys.Length);
        Assert.Contains(keys, key => key.Contains(":orders:", StringComparison.Ordinal) && key.Contains("{alice}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_denial_that_is_known_to_last_is_not_asked_for_again()
    {
        Cli run = await CheckAsync("alice", "--limit", Bucket, "--repeat", "6", "--json");
        JsonElement[] lines = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["redis", "redis", "redis", "redis", "deny_cache", "deny_cache"], lines[..6].Select(line => line.GetProperty("source").GetString()));
        Assert.Equal(3, lines[6].GetProperty("total").GetProperty("denied").GetInt32());
    }

    [Fact]
    public async Task What_a_concurrency_limit_gave_is_given_back()
    {
        const string Limit = "concurrency(permits=2, lease=1h)";
        for (int i = 0; i < 2; i++)
        {
            Cli run = await CheckAsync("alice", "--limit", Limit, "--repeat", "3", "--quiet");
            Assert.Equal(["allowed", "allowed", "denied"], run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(word => word.TrimEnd()));
        }
    }

    [Fact]
    public async Task A_redis_that_is_not_there_is_a_failure_and_no_answer()
    {
        string address = $"127.0.0.1:{FreePort()}";
        Cli run = await Cli.RunAsync("check", "alice", "--limit", Bucket, "--redis", $"{address},connectTimeout=500,password=hunter2", "--quiet");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith($"error: Redis at {address} gave no decision.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_opens_and_is_never_shown()
    {
        string redis = TestRedis.WithPassword;
        string password = ConfigurationOptions.Parse(redis).Password;
        string[] args = ["check", "alice", "--limit", Bucket, "--prefix", _prefix, "--show-keys", "--timeout", Patience, "--redis"];
        Cli right = await Cli.RunAsync([.. args, redis]);
        Assert.Equal((0, ""), (right.ExitCode, right.Error));
        Assert.DoesNotContain(password, right.Output, StringComparison.Ordinal);

        Cli wrong = await Cli.RunAsync([.. args, $"{redis}hunter2"]);
        Assert.Equal((1, ""), (wrong.ExitCode, wrong.Output));
        Assert.Contains("gave no decision", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(password, wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_store_refuses_is_wrong_usage()
    {
        Cli run = await Cli.RunAsync("check", "alice", "--limit", Bucket, "--redis", TestRedis.Standalone, "--prefix", "a b");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal("error: --prefix is a b; U+0020 is not allowed in it. Use printable ASCII without spaces, colons and braces.", run.Error.TrimEnd());
    }

    [Fact]
    public async Task An_option_that_the_client_does_not_know_is_wrong_usage()
    {
        Cli run = await Cli.RunAsync("check", "alice", "--limit", Bucket, "--redis", "127.0.0.1:1,password=a,hunter2=b");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: --redis 127.0.0.1:1 has an option that the client does not know.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    private async Task<Cli> CheckAsync(params string[] args) =>
        await Cli.RunAsync(["check", .. args, "--redis", TestRedis.Standalone, "--prefix", _prefix, "--timeout", Patience]);

    private async Task<JsonElement> JsonAsync(params string[] args) => JsonDocument.Parse((await CheckAsync([.. args, "--json"])).Output).RootElement;

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
