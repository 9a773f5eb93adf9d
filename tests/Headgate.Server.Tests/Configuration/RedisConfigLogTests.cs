using System.Collections.Immutable;
using Headgate.Conformance.Generation;
using Headgate.Redis.Tests.Servers;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Headgate.Server.Changes.Redis;
using Headgate.Server.Health;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Tests.Configuration;

/// <summary>Against a real Redis, by its clock.</summary>
public sealed class RedisConfigLogTests
{
    private static readonly NodeAddress Login = NodeAddress.OfAction("acme", "login");

    [Theory]
    [InlineData("HEADGATE_TEST_REDIS")]
    [InlineData("HEADGATE_TEST_REDIS_CLUSTER")]
    public void What_was_appended_is_read_by_another_instance(string variable) => PropertyCheck.ForAll(ConfigGen.Chains, async chain =>
    {
        string configuration = Named(variable);
        string prefix = "t" + Guid.NewGuid().ToString("n");
        await using RedisConfigLog one = Log(configuration, prefix);
        await using RedisConfigLog other = Log(configuration, prefix);
        Same.Assert(ServiceConfig.Empty, (await one.LoadAsync(default)).Config);
        await other.LoadAsync(default);
        int half = chain.Changes.Length / 2;
        foreach (ConfigChange change in chain.Changes.Take(half)) await one.AppendAsync(change, chain.Configs[(int)change.Version], default);
        Same.Assert(chain.Changes.Take(half), (await other.ReadSinceAsync(0, default))!.Value);
        foreach (ConfigChange change in chain.Changes.Skip(half)) await other.AppendAsync(change, chain.Configs[(int)change.Version], default);
        Same.Assert(chain.Changes.Skip(half), (await one.ReadSinceAsync(half, default))!.Value);
        await using RedisConfigLog third = Log(configuration, prefix);
        LoadedConfig loaded = await third.LoadAsync(default);
        Same.Assert(chain.Last, loaded.Config);
        Same.Assert(chain.Changes, loaded.History);
    }, 15);

    [Fact]
    public async Task Another_instance_follows_within_a_second()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using ConfigBook one = await StartAsync(server);
        await using ConfigBook other = await StartAsync(server);
        List<TimeSpan> lags = [];
        for (int i = 1; i <= 15; i++)
        {
            // Every third time the message is lost.
            if (i % 3 == 0) await server.CliAsync("CLIENT", "KILL", "TYPE", "pubsub");
            ServiceConfig made = await SetAsync(one, Login, Rule(i));
            long start = TimeProvider.System.GetTimestamp();
            await Soon.UntilAsync(() => other.Current.Version == made.Version);
            lags.Add(TimeProvider.System.GetElapsedTime(start));
            Same.Assert(made, other.Current);
        }

        lags.Sort();
        Assert.True(lags[lags.Count / 2] < TimeSpan.FromSeconds(1), $"the others followed after {string.Join(", ", lags)}");
        Same.Assert(one.History, other.History);
    }

    [Fact]
    public async Task Editors_at_several_instances_lose_nothing()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        ConfigBook[] books = [await StartAsync(server), await StartAsync(server), await StartAsync(server)];
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => SetAsync(books[i % 3], NodeAddress.OfAction($"t{i}", "a"), Rule(1 + i)))));
        foreach (ConfigBook book in books)
        {
            await Soon.UntilAsync(() => book.Current.Version == 60);
            Assert.Equal(60, book.Current.Tenants.Count);
            Same.Assert(books[0].Current, book.Current);
            Same.Assert(books[0].History, book.History);
        }

        foreach (ConfigBook book in books) await book.DisposeAsync();
    }

    [Fact]
    public async Task With_Redis_down_what_is_in_force_stays_changes_are_refused_and_an_emptied_Redis_is_filled_again()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        ReadinessBoard board = new();
        await using ConfigBook book = await StartAsync(server, board);
        await SetAsync(book, Login, Rule(1));
        ServiceConfig known = await SetAsync(book, NodeAddress.OfTenant("acme"), new TenantSettings { Weight = 3 });
        await server.KillAsync();
        ConfigUnavailableException refused = await Assert.ThrowsAsync<ConfigUnavailableException>(() => SetAsync(book, Login, Rule(2)));
        Assert.Contains("Redis", refused.Message, StringComparison.Ordinal);
        Same.Assert(known, book.Current);
        Assert.Contains("changes can neither be made nor followed", board.Warnings.Single(one => one.Key == ConfigBook.BoardName).Value, StringComparison.Ordinal);
        Assert.DoesNotContain(board.Problems, problem => problem.Key == ConfigBook.BoardName);

        await server.StartAgainAsync();
        await Soon.UntilAsync(() => !board.Warnings.Any(one => one.Key == ConfigBook.BoardName));
        await using ConfigBook fresh = await StartAsync(server);
        await Soon.UntilAsync(() => fresh.Current.Version == known.Version);
        Same.Assert(known, fresh.Current);
        Same.Assert(book.History, fresh.History);
        ServiceConfig after = await SetAsync(fresh, Login, Rule(3));
        await Soon.UntilAsync(() => book.Current.Version == after.Version);
        Same.Assert(after, book.Current);
    }

    [Fact]
    public async Task The_newest_version_that_an_instance_knows_is_put_back_where_Redis_lost_its_last_writes()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RedisConfigLog behind = Log(server.Configuration, "hg");
        await using RedisConfigLog ahead = Log(server.Configuration, "hg");
        Chain chain = Chain.Of([.. Enumerable.Range(1, 5).Select(i => new (NodeAddress, ConfigNode?)[] { (Login, Rule(i)) })]);
        await behind.LoadAsync(default);
        await ahead.LoadAsync(default);
        foreach (ConfigChange change in chain.Changes.Take(3)) await ahead.AppendAsync(change, chain.Configs[(int)change.Version], default);
        await behind.ReadSinceAsync(0, default);
        foreach (ConfigChange change in chain.Changes.Skip(3)) await ahead.AppendAsync(change, chain.Configs[(int)change.Version], default);
        await server.CliAsync("FLUSHALL");

        Assert.Equal(0, (await Assert.ThrowsAsync<ConfigLostException>(async () => await behind.ReadSinceAsync(3, default))).Version);
        await behind.PutBackAsync(chain.Configs[3], [.. chain.Changes.Take(3)], default);
        Assert.Equal(3, (await Assert.ThrowsAsync<ConfigLostException>(async () => await ahead.ReadSinceAsync(5, default))).Version);
        await ahead.PutBackAsync(chain.Configs[5], chain.Changes, default);
        await behind.PutBackAsync(chain.Configs[3], [.. chain.Changes.Take(3)], default);
        Assert.Empty((await ahead.ReadSinceAsync(5, default))!.Value);
        Assert.Null(await behind.ReadSinceAsync(3, default));
        LoadedConfig loaded = await behind.LoadAsync(default);
        Same.Assert(chain.Last, loaded.Config);
        Same.Assert(chain.Changes, loaded.History);
    }

    [Fact]
    public async Task A_configuration_that_was_begun_anew_in_Redis_is_taken_over_and_never_overwritten()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RedisConfigLog old = Log(server.Configuration, "hg");
        Chain chain = Chain.Of([.. Enumerable.Range(1, 3).Select(i => new (NodeAddress, ConfigNode?)[] { (Login, Rule(i)) })]);
        await old.LoadAsync(default);
        foreach (ConfigChange change in chain.Changes) await old.AppendAsync(change, chain.Configs[(int)change.Version], default);
        await server.CliAsync("FLUSHALL");
        await using ConfigBook other = await StartAsync(server);
        ServiceConfig made = await SetAsync(other, NodeAddress.OfTenant("new"), new TenantSettings { Weight = 7 });
        await old.PutBackAsync(chain.Last, chain.Changes, default);
        Assert.Null(await old.ReadSinceAsync(3, default));
        Same.Assert(made, (await old.LoadAsync(default)).Config);
        await Assert.ThrowsAsync<ConfigConflictException>(async () => await Log(server.Configuration, "hg").AppendAsync(chain.Changes[0], chain.Configs[1], default));
    }

    [Fact]
    public async Task A_start_without_Redis_is_unready_until_the_configuration_has_been_read()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        ServiceConfig known;
        await using (ConfigBook book = await StartAsync(server)) known = await SetAsync(book, Login, Rule(1));
        await server.StopAsync();
        ReadinessBoard board = new();
        await using ConfigBook early = await StartAsync(server, board);
        Assert.False(early.IsLoaded);
        Assert.StartsWith("The configuration has not been read yet: ", board.Problems.Single(problem => problem.Key == ConfigBook.BoardName).Value, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConfigUnavailableException>(() => SetAsync(early, Login, Rule(2)));
        await server.ContinueAsync();
        await Soon.UntilAsync(() => early.IsLoaded);
        Same.Assert(known, early.Current);
        Assert.DoesNotContain(board.Problems, problem => problem.Key == ConfigBook.BoardName);
    }

    [Fact]
    public async Task A_start_without_Redis_and_with_a_local_copy_has_the_last_configuration_and_says_so()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        CrashFolder folder = new();
        ServiceConfig known;
        RedisConfigLog log = Log(server.Configuration, "hg", folder);
        await using (ConfigBook book = new(log, TimeProvider.System))
        {
            await book.StartAsync(default);
            using CopyKeeper keeper = new(book, log, TimeProvider.System);
            await keeper.StartAsync(default);
            known = await SetAsync(book, Login, Rule(1));
            await keeper.StopAsync(default);
        }

        await server.KillAsync();
        ReadinessBoard board = new();
        await using ConfigBook early = new(Log(server.Configuration, "hg", folder), TimeProvider.System, null, board);
        ImmutableArray<string> warnings = await early.StartAsync(default);
        Assert.Contains("the local copy of version 1 is in force", Assert.Single(warnings), StringComparison.Ordinal);
        Same.Assert(known, early.Current);
        Assert.Contains(board.Warnings, warning => warning.Key == ConfigBook.BoardName);
        await server.StartAgainAsync();
        await Soon.UntilAsync(() => !board.Warnings.Any(warning => warning.Key == ConfigBook.BoardName));
        await using ConfigBook other = await StartAsync(server);
        await Soon.UntilAsync(() => other.Current.Version == 1);
        Same.Assert(known, other.Current);
    }

    [Fact]
    public async Task A_damaged_local_copy_is_not_used_and_no_reason_not_to_start()
    {
        CrashFolder folder = new();
        folder.Put("copy-of-redis.log", [1, 2, 3]);
        await using ConfigBook book = new(Log($"127.0.0.1:{RedisProcess.FreePort()}", "hg", folder), TimeProvider.System);
        await book.StartAsync(default);
        Assert.False(book.IsLoaded);
    }

    [Fact]
    public async Task A_refused_password_is_said_and_not_shown()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--requirepass", "right-secret");
        using LogLines lines = new();
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddProvider(lines));
        ReadinessBoard board = new();
        RedisConfigLog log = new($"127.0.0.1:{server.Port},password=wrong-secret", "hg", TimeProvider.System, loggers.CreateLogger<RedisConfigLog>());
        await using ConfigBook book = new(log, TimeProvider.System, loggers.CreateLogger<ConfigBook>(), board);
        await book.StartAsync(default);
        string said = string.Join('\n', lines.All.Select(line => line.Text).Concat(board.Problems.Select(problem => problem.Value)));
        Assert.Contains("Redis", said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_change_is_one_script_and_only_as_many_changes_are_kept_as_may_be()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using ConfigBook book = await StartAsync(server);
        ServiceConfig many = await book.ChangeAsync("who", "import",
            _ => [.. Enumerable.Range(0, 30_000).Select(i => new ConfigEdit(NodeAddress.OfClientAction("t", $"client {i}", "login"), null, Rule(1 + i)))], default);
        await using ConfigBook other = await StartAsync(server);
        Same.Assert(many, other.Current);
        for (int i = 1; i <= IConfigLog.MaxHistory + 5; i++) await SetAsync(book, Login, Rule(i));
        Assert.Equal("1000", (await server.CliAsync("LLEN", "{hg:config}:1:changes")).Trim());
        await Soon.UntilAsync(() => other.Current.Version == book.Current.Version);
        Same.Assert(book.Current, other.Current);
    }

    private static ActionRule Rule(long max) => ActionRule.Create(Algorithm.SlidingLog, max, TimeSpan.FromSeconds(60));

    private static Task<ServiceConfig> SetAsync(ConfigBook book, NodeAddress at, ConfigNode? node) =>
        book.ChangeAsync("somebody", "something", config => [new ConfigEdit(at, ConfigEdits.Find(config, at), node)], default);

    private static async Task<ConfigBook> StartAsync(RedisProcess server, ReadinessBoard? board = null)
    {
        ConfigBook book = new(Log(server.Configuration, "hg"), TimeProvider.System, null, board);
        await book.StartAsync(default);
        return book;
    }

    private static RedisConfigLog Log(string configuration, string prefix, IConfigFolder? folder = null) =>
        new(configuration, prefix, TimeProvider.System, NullLogger<RedisConfigLog>.Instance, folder is null ? null : new LocalCopy(() => folder, NullLogger<LocalCopy>.Instance));

    private static string Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set
        ? set
        : throw new InvalidOperationException($"{variable} is not set, so there is no Redis to test against: run ./test, which starts one.");
}
