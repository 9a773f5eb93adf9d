using System.Collections.Immutable;
using System.Text.Json;
using Headgate.Conformance;
using Headgate.Conformance.Generation;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Health;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Configuration;

public sealed class ConfigBookTests
{
    private static readonly NodeAddress Login = NodeAddress.OfAction("acme", "login");

    [Fact]
    public async Task A_change_that_says_what_is_so_already_makes_no_version()
    {
        await using ConfigBook book = await StartAsync();
        await SetAsync(book, Login, Rule(5));
        ServiceConfig again = await SetAsync(book, Login, Rule(5));
        Assert.Equal(1, again.Version);
        Assert.Single(book.History);
    }

    [Fact]
    public async Task Roll_back_makes_everything_as_it_was_but_for_keys()
    {
        await using ConfigBook book = await StartAsync();
        AccessKey key = new() { Id = "k", Role = KeyRole.Admin, Hash = new string('a', 64) };
        await SetAsync(book, Login, Rule(1));
        await SetAsync(book, NodeAddress.OfKey("k"), key);
        ServiceConfig then = await SetAsync(book, NodeAddress.OfTenant("acme"), new TenantSettings { Weight = 3 });
        await SetAsync(book, Login, Rule(2));
        await SetAsync(book, Login, null);
        await SetAsync(book, NodeAddress.OfKey("k"), null);
        await SetAsync(book, NodeAddress.OfTenant("new"), new TenantSettings { Weight = 9 });
        ServiceConfig back = await book.RollBackAsync("somebody", then.Version, null, default);
        Assert.Equal(8, back.Version);
        Assert.Empty(ConfigDiff.Between(then with { Keys = back.Keys }, back));
        Assert.Empty(back.Keys);
        Assert.Equal("roll back to version 3", book.History[^1].What);
        ServiceConfig forth = await book.RollBackAsync("somebody", 7, null, default);
        Assert.Null(ConfigEdits.Find(forth, Login));
        Assert.NotNull(ConfigEdits.Find(forth, NodeAddress.OfTenant("new")));
    }

    [Fact]
    public void Undoing_history_leads_to_every_version_that_was() => PropertyCheck.ForAll(ConfigGen.Chains, chain =>
    {
        for (int version = 0; version < chain.Configs.Length; version++)
        {
            ImmutableArray<ConfigEdit> edits = ConfigHistory.Undo(chain.Last, chain.Changes, version);
            ServiceConfig back = ConfigEdits.Apply(chain.Last, new ConfigChange(chain.Last.Version + 1, default, "", "", edits));
            ServiceConfig expected = chain.Configs[version] with { Keys = chain.Last.Keys };
            Assert.Empty(ConfigDiff.Between(expected, back));
        }
    });

    [Fact]
    public void A_difference_applied_to_the_one_is_the_other() => PropertyCheck.ForAll(ConfigGen.Chains, chain =>
    {
        ServiceConfig from = chain.Configs[chain.Configs.Length / 2];
        ImmutableArray<ConfigEdit> edits = ConfigDiff.Between(from, chain.Last);
        ServiceConfig made = ConfigEdits.Apply(from, new ConfigChange(from.Version + 1, default, "", "", edits));
        Assert.Empty(ConfigDiff.Between(chain.Last, made));
        Assert.Equal(edits.Length, edits.Select(edit => edit.At).Distinct().Count());
        Assert.Empty(ConfigDiff.Between(from, from));
    });

    [Theory]
    [InlineData(-1, "there is no version -1; versions are 0 to 2")]
    [InlineData(3, "there is no version 3")]
    public async Task A_version_that_never_was_is_refused(long version, string expected)
    {
        await using ConfigBook book = await StartAsync();
        await SetAsync(book, Login, Rule(1));
        await SetAsync(book, Login, Rule(2));
        RequestRefusal refused = await Assert.ThrowsAsync<RequestRefusal>(() => book.RollBackAsync("who", version, null, default));
        Assert.Equal(404, refused.Status);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_no_longer_remembered_is_refused_with_the_oldest_that_is()
    {
        await using ConfigBook book = await StartAsync();
        for (int i = 1; i <= IConfigLog.MaxHistory + 2; i++) await SetAsync(book, Login, Rule(i));
        RequestRefusal refused = await Assert.ThrowsAsync<RequestRefusal>(() => book.RollBackAsync("who", 1, null, default));
        Assert.Contains("the oldest that is is 2", refused.Message, StringComparison.Ordinal);
        ServiceConfig oldest = await book.RollBackAsync("who", 2, null, default);
        Assert.Equal(Rule(2), ConfigEdits.Find(oldest, Login)! with { Version = 0 });
    }

    [Fact]
    public async Task An_export_imported_elsewhere_is_the_same_configuration_in_one_change() => await PropertyAsync(async chain =>
    {
        await using ConfigBook book = await StartAsync();
        ServiceConfig made = await book.ImportAsync("who", Json(Export(chain.Last)), null, default);
        Assert.InRange(made.Version, 0, 1);
        Assert.Empty(ConfigDiff.Between(chain.Last, made));
        Assert.Equal(Export(chain.Last with { Version = made.Version }), Export(made));
    });

    [Fact]
    public async Task An_import_leaves_alone_what_the_file_does_not_have()
    {
        await using ConfigBook book = await StartAsync();
        await SetAsync(book, NodeAddress.OfKey("k"), new AccessKey { Id = "k", Role = KeyRole.Admin, Hash = new string('a', 64) });
        await SetAsync(book, Login, Rule(1));
        ServiceConfig made = await book.ImportAsync("who", Json("""{"format":"headgate-config","format_version":1,"tenants":{"other":{"settings":{"weight":2}}}}"""), null, default);
        Assert.Single(made.Keys);
        Assert.Equal(["other"], made.Tenants.Keys);
    }

    [Fact]
    public async Task An_import_with_errors_changes_nothing_and_names_each_by_its_path()
    {
        await using ConfigBook book = await StartAsync();
        const string File = """
            {"format":"headgate-config","format_version":1,"extra":1,"global":{"max_global_concurrent_requests":0},
             "tenants":{"a.\"b":{"settings":{"weight":0},"actions":{"login":{"max_requests":-1,"window_duration_seconds":60},"ok":{"max_requests":1,"window_duration_seconds":1}},
             "clients":{"c":{"x":{"max_requests":1,"window_duration_seconds":0.1234567}}}}},
             "keys":{"k":{"id":"other","role":"admin","hash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}}
            """;
        RequestRefusal refused = await Assert.ThrowsAsync<RequestRefusal>(() => book.ImportAsync("who", Json(File), null, default));
        Assert.Equal(400, refused.Status);
        Assert.StartsWith("the file has 6 errors. Nothing was imported.", refused.Message, StringComparison.Ordinal);
        foreach (string path in new[]
        {
            "$[\"extra\"]: it is no field here", "$.global.max_global_concurrent_requests: ", "$.tenants[\"a.\\u0022b\"].settings.weight: ", "$.tenants[\"a.\\u0022b\"].actions[\"login\"].max_requests: ",
            "$.tenants[\"a.\\u0022b\"].clients[\"c\"][\"x\"].window_duration_seconds: ", "$.keys[\"k\"].id: ",
        }) Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, book.Current.Version);
    }

    [Fact]
    public async Task More_keys_than_there_may_be_are_refused()
    {
        await using ConfigBook book = await StartAsync();
        ImmutableArray<ConfigEdit> many = [.. Enumerable.Range(0, ConfigBounds.MaxKeys).Select(i => new ConfigEdit(NodeAddress.OfKey($"k{i}"), null, new AccessKey { Id = $"k{i}", Role = KeyRole.Decide, Hash = new string('a', 64) }))];
        await book.ChangeAsync("who", "what", _ => many, default);
        RequestRefusal refused = await Assert.ThrowsAsync<RequestRefusal>(() => SetAsync(book, NodeAddress.OfKey("more"), new AccessKey { Id = "more", Role = KeyRole.Decide, Hash = new string('a', 64) }));
        Assert.Equal(409, refused.Status);
        Assert.Contains("there would be 10001 keys; there may be at most 10000", refused.Message, StringComparison.Ordinal);
        await SetAsync(book, NodeAddress.OfKey("k0"), null);
        await SetAsync(book, Login, Rule(1));
    }

    [Fact]
    public async Task More_tenants_than_there_may_be_are_refused()
    {
        await using ConfigBook book = await StartAsync();
        ImmutableArray<ConfigEdit> many = [.. Enumerable.Range(0, ConfigBounds.MaxTenants).Select(i => new ConfigEdit(NodeAddress.OfTenant($"t{i}"), null, TenantSettings.Default))];
        await book.ChangeAsync("who", "what", _ => many, default);
        Assert.Equal(409, (await Assert.ThrowsAsync<RequestRefusal>(() => SetAsync(book, NodeAddress.OfTenant("more"), TenantSettings.Default))).Status);
    }

    [Fact]
    public async Task A_handler_that_throws_stops_neither_the_change_nor_the_others()
    {
        await using ConfigBook book = await StartAsync();
        List<long> seen = [];
        book.Changed += _ => throw new InvalidOperationException("a handler");
        book.Changed += config => seen.Add(config.Version);
        await SetAsync(book, Login, Rule(1));
        await SetAsync(book, Login, Rule(2));
        Assert.Equal([1, 2], seen);
    }

    [Fact]
    public async Task Editors_at_the_same_time_lose_nothing()
    {
        await using ConfigBook book = await StartAsync();
        await Task.WhenAll(Enumerable.Range(1, 50).Select(i => Task.Run(() => SetAsync(book, NodeAddress.OfAction($"t{i}", "a"), Rule(i)))));
        Assert.Equal(50, book.Current.Version);
        Assert.Equal(50, book.Current.Tenants.Count);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), book.History.Select(change => change.Version));
    }

    [Fact]
    public async Task What_cannot_be_kept_is_not_in_force_and_the_board_says_so_until_it_can()
    {
        ReadinessBoard board = new();
        CrashFolder folder = new();
        await using ConfigBook book = new(new Headgate.Server.Changes.Files.FileConfigLog(() => folder, new FakeClock(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, 400), new FakeClock(), null, board);
        await book.StartAsync(default);
        await SetAsync(book, Login, Rule(1));
        folder.Fault = (_, _) => new IOException("No space left on device");
        ConfigUnavailableException refused = await Assert.ThrowsAsync<ConfigUnavailableException>(() => SetAsync(book, Login, Rule(2)));
        Assert.Contains("No space left on device", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, book.Current.Version);
        Assert.DoesNotContain(board.Problems, problem => problem.Key == ConfigBook.BoardName);
        Assert.Contains("No space left on device", board.Warnings.Single(warning => warning.Key == ConfigBook.BoardName).Value, StringComparison.Ordinal);
        folder.Fault = (_, _) => null;
        await SetAsync(book, Login, Rule(2));
        Assert.DoesNotContain(board.Warnings, warning => warning.Key == ConfigBook.BoardName);
    }

    private static ActionRule Rule(long max) => ActionRule.Create(Algorithm.SlidingLog, max, TimeSpan.FromSeconds(60));

    private static Task<ServiceConfig> SetAsync(ConfigBook book, NodeAddress at, ConfigNode? node) =>
        book.ChangeAsync("somebody", "something", config => [new ConfigEdit(at, ConfigEdits.Find(config, at), node)], default);

    private static async Task<ConfigBook> StartAsync()
    {
        ConfigBook book = new(new MemoryConfigLog(), new FakeClock());
        await book.StartAsync(default);
        return book;
    }

    private static string Export(ServiceConfig config) => Same.Json(json => ConfigExport.Export(json, config));

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return document.RootElement.Clone();
    }

    private static Task PropertyAsync(Func<Chain, Task> body)
    {
        PropertyCheck.ForAll(ConfigGen.Chains, body);
        return Task.CompletedTask;
    }
}
