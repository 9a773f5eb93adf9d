using System.Text.Json;

namespace Headgate.Cli.Tests.Serve;

/// <summary><c>headgate keys</c> against a service that runs and against the folder of one that does not.</summary>
public sealed class KeysCommandTests
{
    [Fact]
    public async Task A_key_of_a_folder_opens_the_service_that_is_started_on_it()
    {
        using TemporaryFolder data = new();
        Cli made = await Cli.RunAsync("keys", "create", "--role", "admin", "--name", "first", "--data", data.Path);
        Assert.Equal(0, made.ExitCode);
        string admin = Assert.Single(made.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("\"first\": admin, all tenants, good for ever.", made.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(admin, made.Error, StringComparison.Ordinal);

        await using ServeProcess service = await ServeProcess.StartAsync("--data", data.Path, "--require-keys");
        string url = $"http://127.0.0.1:{service.Port}";
        Cli denied = await Cli.RunAsync("keys", "list", "--url", url);
        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("Give an administrator's key with --key-file or HEADGATE_KEY.", denied.Error, StringComparison.Ordinal);

        using TemporaryFile file = new(admin + "\n");
        Cli second = await Cli.RunAsync("keys", "create", "--role", "decide", "--tenant", "acme", "--expires", "90d", "--url", url, "--key-file", file.Path);
        Assert.Equal((0, ""), (second.ExitCode, second.ExitCode == 0 ? "" : second.Error));
        Assert.Contains("\"decide\": decide, tenant \"acme\", good until ", second.Error, StringComparison.Ordinal);

        JsonElement[] keys = await ListAsync("--url", url, "--key-file", file.Path);
        Assert.Equal(2, keys.Length);
        string id = keys.Single(key => key.GetProperty("role").GetString() == "decide").GetProperty("id").GetString()!;
        Assert.All(keys, key => Assert.False(key.TryGetProperty("secret", out _)));

        Cli rotated = await Cli.RunAsync("keys", "rotate", id, "--grace", "1h", "--url", url, "--key-file", file.Path);
        Assert.Equal(0, rotated.ExitCode);
        Assert.NotEqual(second.Output, rotated.Output);
        Assert.Contains("The secret before is good until", rotated.Error, StringComparison.Ordinal);

        Assert.Equal(0, (await Cli.RunAsync("keys", "revoke", id, "--url", url, "--key-file", file.Path)).ExitCode);
        Assert.Single(await ListAsync("--url", url, "--key-file", file.Path));
        Cli gone = await Cli.RunAsync("keys", "revoke", id, "--url", url, "--key-file", file.Path);
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("(404)", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_a_folder_are_listed_rotated_and_revoked()
    {
        using TemporaryFolder data = new();
        Cli none = await Cli.RunAsync("keys", "list", "--data", data.Path);
        Assert.Equal((0, ""), (none.ExitCode, none.Output));
        Assert.Contains("There are no keys.", none.Error, StringComparison.Ordinal);
        Cli made = await Cli.RunAsync("keys", "create", "--role", "monitor", "--data", data.Path);
        JsonElement key = Assert.Single(await ListAsync("--data", data.Path));
        Assert.Equal("monitor", key.GetProperty("name").GetString());
        string id = key.GetProperty("id").GetString()!;
        Cli rotated = await Cli.RunAsync("keys", "rotate", id, "--data", data.Path);
        Assert.NotEqual(made.Output, rotated.Output);
        Cli list = await Cli.RunAsync("keys", "list", "--data", data.Path);
        Assert.Matches($"{id} .*monitor .*\\(all\\) .*for ever .*monitor", list.Output);
        Assert.Equal(0, (await Cli.RunAsync("keys", "revoke", id, "--data", data.Path)).ExitCode);
        Assert.Empty(await ListAsync("--data", data.Path));
    }

    [Theory]
    [InlineData("--role is \"king\"; it must be one of decide, configure, monitor, admin", "create", "--role", "king")]
    [InlineData("Option '--role' is required", "create")]
    [InlineData("--expires is \"soon\"; it must be a duration", "create", "--role", "decide", "--expires", "soon")]
    [InlineData("--data is about a service that does not run", "list", "--data", "/tmp", "--url", "http://127.0.0.1:1")]
    [InlineData("--key and --key-file are both given", "list", "--key", "a", "--key-file", "/dev/null")]
    [InlineData("--url is \"ftp://a\"; it must be a URL", "list", "--url", "ftp://a")]
    [InlineData("The administrator's key has characters that no key has", "list", "--key", "to psecret")]
    public async Task Wrong_usage_says_what_to_do(string message, params string[] args)
    {
        Cli run = await Cli.RunAsync(["keys", .. args]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("psecret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_named()
    {
        Cli run = await Cli.RunAsync("keys", "list", "--url", $"http://127.0.0.1:{ServeProcess.FreePort()}");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("does not answer", run.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonElement[]> ListAsync(params string[] args)
    {
        Cli run = await Cli.RunAsync(["keys", "list", "--json", .. args]);
        Assert.Equal(0, run.ExitCode);
        return [.. run.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
