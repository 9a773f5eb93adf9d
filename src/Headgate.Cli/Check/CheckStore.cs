using Headgate.Redis;

namespace Headgate.Cli.Check;

/// <summary>The store that is asked: memory of this process, or a Redis.</summary>
internal sealed class CheckStore : IAsyncDisposable
{
    private readonly RedisStore? _redis;
    private readonly MemoryStore? _memory;
    private readonly CheckOptions _options;

    private CheckStore(CheckOptions options, RedisStore? redis, MemoryStore? memory)
    {
        _options = options;
        _redis = redis;
        _memory = memory;
    }

    public IRateLimitStore Store => (IRateLimitStore?)_redis ?? _memory!;

    /// <summary>The keys in Redis that hold the state, if they were asked for.</summary>
    public IReadOnlyList<string> Keys => _options.ShowKeys && _redis is not null ? _redis.KeysOf(_options.Charge) : [];

    /// <summary>Connects, and asks Redis whether it is there, so that a person learns what is wrong before anything is charged.</summary>
    public static async Task<CheckStore> OpenAsync(CheckOptions options, TimeProvider clock, CancellationToken ct)
    {
        if (options.Redis is not { } server) return new CheckStore(options, null, new MemoryStore(clock, new MemoryStoreOptions()));
        RedisStoreOptions settings = new()
        {
            Timeout = options.Timeout,
            ReadableKeys = options.ReadableKeys,

            // Whatever is not Redis's own answer is reported as a failure; until then nothing is given away.
            FailureMode = FailureMode.Closed,
        };
        if (options.Prefix is { } prefix) settings = settings with { KeyPrefix = prefix };
        RedisStore store;
        try
        {
            store = await RedisStore.ConnectAsync(server.Configuration, settings, ct).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException refused)
        {
            // What comes behind is for programmers.
            string message = refused.Message.Split(" (Parameter", 2)[0].Replace(nameof(RedisStoreOptions.KeyPrefix), "--prefix", StringComparison.Ordinal);
            throw CommandException.WrongUsage(PlainText.Clean(message));
        }
        catch (ArgumentException)
        {
            throw server.Unreadable();
        }

        CheckStore opened = new(options, store, null);
        RedisHealth health = await store.CheckHealthAsync(ct).ConfigureAwait(false);
        if (health.IsReachable) return opened;
        await opened.DisposeAsync().ConfigureAwait(false);
        throw CommandException.Failed(Complain(server, health));
    }

    /// <summary>Ends the command if the decision is not the store's own.</summary>
    public async Task DemandAsync(Decision decision, CancellationToken ct)
    {
        if (_redis is null || decision.Source is DecisionSource.Store or DecisionSource.DenyCache) return;
        throw CommandException.Failed(Complain(_options.Redis!, await _redis.CheckHealthAsync(ct).ConfigureAwait(false)));
    }

    public string SourceOf(Decision decision) => decision.Source switch
    {
        DecisionSource.Store when _redis is null => "memory",
        DecisionSource.Store => "redis",
        _ => "deny_cache",
    };

    public async ValueTask DisposeAsync()
    {
        _memory?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync().ConfigureAwait(false);
    }

    private static string Complain(RedisArgument server, RedisHealth health)
    {
        string reason = health.LastError is { } error
            ? PlainText.Clean(error, 1000)
            : "It answers now. Try again, or give it longer with --timeout.";
        return $"Redis at {server.Display} gave no decision. {reason}";
    }
}
