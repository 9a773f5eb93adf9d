using System.Reflection;
using System.Text.RegularExpressions;
using Headgate.Redis;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>What the pages on Redis list is all there is in the code.</summary>
public sealed partial class RedisPageTests
{
    private const string Operations = "docs/operations/redis.md";

    [Fact]
    public void The_rights_to_grant_are_those_of_the_commands_in_the_scripts()
    {
        string line = Markdown.Fences(Operations).Single(f => f.Text.StartsWith("ACL SETUSER", StringComparison.Ordinal)).Text;
        string[] granted = [.. line.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word[0] == '+').Select(word => word[1..])];
        string[] called = [.. Sources("Scripts", "*.lua").SelectMany(text => CommandOfScript().Matches(text).Select(m => m.Groups["name"].Value))
            .Select(name => name.ToLowerInvariant()).Distinct()];
        Assert.Contains("get", called);
        Assert.Empty(called.Except(granted));

        // From TIME on, up to PING, the line lists the scripts' commands and nothing else.
        string[] listed = granted[Array.IndexOf(granted, "time")..Array.IndexOf(granted, "ping")];
        Assert.Empty(listed.Except(called));
    }

    [Fact]
    public void Every_option_has_a_row()
    {
        string[] rows = [.. Repository.Read("docs/reference/redis-options.md").Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal))];
        string[] options = [.. typeof(RedisStoreOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(options, rows.Select(row => row.Split('`')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_instrument_and_every_log_event_has_a_row()
    {
        string page = Repository.Read(Operations);
        string[] instruments = [.. Sources("Diagnostics", "*.cs").SelectMany(text => Instrument().Matches(text).Select(m => m.Groups["name"].Value))];
        string[] events = [.. Sources("Diagnostics", "*.cs").SelectMany(text => LogEvent().Matches(text)
            .Select(m => $"{m.Groups["id"].Value} `{m.Groups["name"].Value}`"))];
        Assert.NotEmpty(instruments);
        Assert.NotEmpty(events);
        Assert.All(instruments, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
        Assert.All(events, row => Assert.Contains($"| {row} |", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_names_shown_are_those_of_the_keys()
    {
        string page = Repository.Read("docs/reference/redis-keys.md");
        Limit bucket = Limit.Parse("token_bucket(capacity=10, refill=1/s)");
        Charge charge = new("ann@example.com", bucket) { Namespace = "api" };
        foreach (bool readable in (bool[])[false, true])
        {
            // Names need no Redis, and nobody listens on port 1.
            await using RedisStore store = await RedisStore.ConnectAsync("127.0.0.1:1", new RedisStoreOptions { ReadableKeys = readable });
            Assert.Contains($"\n{Assert.Single(store.KeysOf(charge))}\n", page, StringComparison.Ordinal);
            if (readable) continue;
            Charge held = charge with { Limit = Limit.Parse("concurrency(permits=4, lease=1h)") };
            Assert.All(store.KeysOf(held), name => Assert.Contains($"'{name}'", page, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Sources(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Headgate.Redis", folder), pattern).Select(File.ReadAllText);

    [GeneratedRegex(@"\bcall\('(?<name>[A-Z]+)'")]
    private static partial Regex CommandOfScript();

    [GeneratedRegex("\"(?<name>headgate\\.redis\\.[a-z_.]+)\"")]
    private static partial Regex Instrument();

    [GeneratedRegex("LoggerMessage\\((?<id>\\d+),.*?EventName = \"(?<name>\\w+)\"", RegexOptions.Singleline)]
    private static partial Regex LogEvent();
}
