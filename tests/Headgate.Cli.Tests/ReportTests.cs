using System.Text;
using System.Text.Json;

namespace Headgate.Cli.Tests;

/// <summary>What the reports make of keys and of single things.</summary>
public sealed class ReportTests
{
    private const string One = "fixed_window(permits=1, window=1h)";

    [Fact]
    public async Task One_of_a_thing_is_not_several()
    {
        string log = "{\"time\":1773151200}\nbad\n{\"time\":1773151201,\"ip\":\"192.0.2.1\"}\n{\"time\":1773151200,\"ip\":\"192.0.2.1\"}\n";
        Cli several = await Cli.SimulateAsync(log, "--skip-bad", "--limit", One);
        Assert.Contains("3 requests, 2 keys (ip)", several.Output, StringComparison.Ordinal);
        Assert.Contains("1 line could not be read and is left out.", several.Output, StringComparison.Ordinal);
        Assert.Contains("1 line was earlier than the one before, up to 1 s; it was put in order.", several.Output,
            StringComparison.Ordinal);
        Assert.Contains("1 request has no ip; it has the key (none).", several.Output, StringComparison.Ordinal);

        Cli late = await Cli.SimulateAsync(log, "--skip-bad", "--reorder", "0");
        Assert.Contains("1 came too late for --reorder and counts at the time reached", late.Output, StringComparison.Ordinal);

        Cli single = await Cli.SimulateAsync(Lines.Combined("192.0.2.1", 0));
        Assert.Contains("1 request, 1 key (ip)", single.Output, StringComparison.Ordinal);
        Assert.Contains("0 of 1 key denied something", single.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_key_as_it_is_and_whole()
    {
        string user = $"a\e[31m\u202E\\x1B<\u00E9>{new string('x', 500)}";
        string log = Lines.Many(3, i => JsonSerializer.Serialize(new { time = 1773151200 + i, user, path = "/\u0007" }) + "\n");
        JsonElement json = await Cli.JsonAsync(log, "--key", "user", "--limit", One);
        Assert.Equal(user, json.GetProperty("limits")[0].GetProperty("keys")[0].GetProperty("key").GetString());
        Assert.Equal(user, json.GetProperty("bursts")[0].GetProperty("keys")[0].GetProperty("key").GetString());

        JsonElement both = await Cli.JsonAsync(log, "--key", "user,path", "--limit", One);
        Assert.Equal($"{user} /\u0007", both.GetProperty("limits")[0].GetProperty("keys")[0].GetProperty("key").GetString());

        Cli raw = await Cli.SimulateAsync(log, "--key", "user", "--limit", One, "--json");
        Assert.DoesNotContain('\e', raw.Output);
        Assert.DoesNotContain('\u202E', raw.Output);
    }

    [Fact]
    public async Task An_empty_string_is_a_missing_key()
    {
        string log = "{\"time\":1773151200,\"user\":\"\"}\n{\"time\":1773151200}\n{\"time\":1773151200,\"user\":\"ann\"}\n";
        JsonElement json = await Cli.JsonAsync(log, "--key", "user", "--limit", One);
        Assert.Equal(2, json.GetProperty("log").GetProperty("requests_without_key").GetInt64());
        JsonElement key = Assert.Single(json.GetProperty("limits")[0].GetProperty("keys").EnumerateArray());
        Assert.Equal(("(none)", 2L), (key.GetProperty("key").GetString(), key.GetProperty("requests").GetInt64()));
    }

    [Theory]
    [InlineData(60, 'x')]
    [InlineData(80, 'x')]
    [InlineData(100, 'x')]
    [InlineData(120, 'x')]
    [InlineData(100, '\u6C34')]
    public async Task A_long_key_makes_room_for_the_numbers(int width, char letter)
    {
        string key = new(letter, 300);
        string log = Lines.Many(12_345, i => $"{{\"time\":1773151200,\"user\":\"{key}\"}}\n");
        using StringWriter output = new(), error = new();
        Terminal terminal = new()
        {
            Output = output,
            Error = error,
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(log)),
            Width = width,
        };
        int code = await HeadgateCommand.RunAsync(["simulate", "-", "--key", "user", "--limit", One, "--no-search"], terminal);
        Assert.Equal((0, ""), (code, error.ToString()));
        string[] rows = [.. output.ToString().Split('\n').Where(l => l.Contains($"{letter}...", StringComparison.Ordinal))];
        Assert.Equal(4, rows.Length);
        Assert.Matches($@"^{letter}+\.\.\. +12,345 +12,344 +99\.99 %|^{letter}+\.\.\. +12,345 +12,344 +100 %", rows[0]);
        Assert.All(rows[1..], row => Assert.Matches($@"^ *\d+ s +12,345 +{letter}+\.\.\. +2026-03-10 14:00:00", row));
        if (width >= 100) Assert.Contains("2026-03-10 14:00:00  2026-03-10 14:00:00  1 h", rows[0], StringComparison.Ordinal);
    }
}
