using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Headgate.Server.Changes.Redis;

/// <summary>Which change of which configuration.</summary>
/// <param name="Version">The version that it made; 0 before the first.</param>
/// <param name="Change">Its id, which no other change has: two may make the same version where Redis lost its last writes.</param>
/// <param name="Lineage">The id of the configuration, from its first change on.</param>
internal sealed record RedisMark(long Version, string Change, string Lineage)
{
    public static RedisMark Nothing { get; } = new(0, "", "");
}

/// <summary>
/// Keeps the configuration in Redis, for a fleet (docs/decisions/0015). A change is one script, and acknowledged when Redis has answered; how long Redis
/// keeps it is Redis's to say (appendfsync). Others see it by a message at once, or by asking twice a second. For one caller at a time, but for waiting.
/// </summary>
internal sealed class RedisConfigLog : IConfigLog
{
    /// <summary>The version of what lies in Redis; it stands in the names of keys.</summary>
    private const int Format = 1;

    /// <summary>The most bytes that the list of changes may have: 64 MiB. The last one stays, whatever it has.</summary>
    private const long MaxChangeBytes = 64L * 1024 * 1024;

    /// <summary>How often Redis is asked where no message comes.</summary>
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(2);

    /// <summary>For what may be as large as the configuration.</summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    private readonly RedisLink _link;
    private readonly RedisKey[] _keys;
    private readonly string _channel;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly LocalCopy? _copy;
    private TaskCompletionSource _heard = NewSignal();
    private RedisMark _mark = RedisMark.Nothing;
    private bool _hasRead;

    /// <param name="configuration">As StackExchange.Redis reads it.</param>
    /// <param name="prefix">What all keys begin with; who shares limits shares it.</param>
    /// <param name="clock">The clock of polls and time-outs.</param>
    /// <param name="logger">For what an operator should know.</param>
    /// <param name="copy">What to begin with where Redis is away; null for nothing.</param>
    public RedisConfigLog(string configuration, string prefix, TimeProvider clock, ILogger<RedisConfigLog> logger, LocalCopy? copy = null)
    {
        // One hash tag: all in one slot of a cluster.
        string name = string.Create(CultureInfo.InvariantCulture, $"{{{prefix}:config}}:{Format}:");
        _keys = [name + "mark", name + "leaves", name + "tenants", name + "changes"];
        _channel = name + "changed";
        _clock = clock;
        _logger = logger;
        _copy = copy;
        _link = new RedisLink(configuration, -1, _channel, Wake, clock);
    }

    public bool IsShared => true;

    /// <summary>What an instance begins with where Redis is away; null if there is none.</summary>
    public LocalCopy? Copy => _copy;

    /// <summary>What was last read, appended or put back.</summary>
    public RedisMark Mark => Volatile.Read(ref _mark);

    public async ValueTask<LoadedConfig> LoadAsync(CancellationToken ct)
    {
        RedisResult[] reply;
        try
        {
            reply = (RedisResult[])await _link.EvaluateAsync(RedisScripts.Load, _keys, [], WriteTimeout, ct).ConfigureAwait(false);
        }
        catch (ConfigUnavailableException away) when (!_hasRead)
        {
            if (_copy?.Read() is not { } copy) throw;
            (_hasRead, _mark) = (true, copy.Mark);
            return copy.Config with { Warnings = [$"Redis could not be read at the start, and the local copy of version {copy.Mark.Version} is in force until it can: {away.Message}"] };
        }

        try
        {
            RedisMark found = MarkOf(reply);
            LoadedConfig loaded = Read(found, (RedisResult[])reply[3], (RedisResult[])reply[4], (RedisResult[])reply[5]);
            if (_hasRead && found.Version <= _mark.Version && found.Change != _mark.Change) RedisLogMessages.Replaced(_logger, _mark.Version, found.Version);
            (_hasRead, _mark) = (true, found);
            return loaded;
        }
        catch (FormatException strange)
        {
            throw Strange(strange);
        }
    }

    public async ValueTask AppendAsync(ConfigChange change, ServiceConfig result, CancellationToken ct)
    {
        string id = NewId();
        string lineage = _mark.Version == 0 ? NewId() : _mark.Lineage;
        RedisValue[] values =
        [
            _mark.Version, _mark.Change, lineage, change.Version, id, RedisEntries.ChangeOf(change), RedisEntries.LeavesOf(change), RedisEntries.TenantsOf(change, result),
            IConfigLog.MaxHistory, MaxChangeBytes, _channel,
        ];
        RedisResult[] reply = (RedisResult[])await _link.EvaluateAsync(RedisScripts.Append, _keys, values, WriteTimeout, ct).ConfigureAwait(false);
        if ((int)reply[3] != 1) throw new ConfigConflictException($"Redis is at version {(string?)reply[0]}.");
        Volatile.Write(ref _mark, new RedisMark(change.Version, id, lineage));
    }

    public async ValueTask<ImmutableArray<ConfigChange>?> ReadSinceAsync(long version, CancellationToken ct)
    {
        RedisResult[] reply = (RedisResult[])await _link.EvaluateAsync(RedisScripts.Since, _keys, [_mark.Version, _mark.Change], AskTimeout, ct).ConfigureAwait(false);
        RedisMark found = MarkOf(reply);
        if (found == _mark) return ImmutableArray<ConfigChange>.Empty;
        if (found.Version < _mark.Version && (found.Version == 0 || found.Lineage == _mark.Lineage)) throw new ConfigLostException(found.Version);
        if (version != _mark.Version || found.Version <= version || found.Lineage != _mark.Lineage && version > 0) return null;
        try
        {
            List<(string Id, ConfigChange Change)> entries = [.. ((RedisResult[])reply[3]).Select(entry => RedisEntries.Read((byte[])entry!))];
            // The first is the one that is known, to see that what follows follows it.
            if (version > 0 && (entries.Count == 0 || entries[0].Id != _mark.Change)) return null;
            ImmutableArray<ConfigChange> changes = [.. entries.Select(entry => entry.Change).Where(change => change.Version > version)];
            if (changes.Length != found.Version - version || changes[0].Version != version + 1) return null;
            Volatile.Write(ref _mark, found);
            return changes;
        }
        catch (FormatException strange)
        {
            throw Strange(strange);
        }
    }

    public async ValueTask PutBackAsync(ServiceConfig config, ImmutableArray<ConfigChange> history, CancellationToken ct)
    {
        if (config.Version != _mark.Version) throw new ConfigUnavailableException($"version {config.Version} is not the one that was last read.");
        RedisValue[] values =
        [
            _mark.Version, _mark.Change, _mark.Lineage, RedisEntries.AllLeaves(config), RedisEntries.AllTenants(config), RedisEntries.AllChanges(history, _mark.Change),
            IConfigLog.MaxHistory, MaxChangeBytes, _channel,
        ];
        await _link.EvaluateAsync(RedisScripts.PutBack, _keys, values, WriteTimeout, ct).ConfigureAwait(false);
    }

    public async Task WaitForOthersAsync(CancellationToken ct)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(Volatile.Read(ref _heard).Task, Task.Delay(PollPeriod, _clock, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        // What is heard from here on is about what is not read yet.
        Volatile.Write(ref _heard, NewSignal());
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync().ConfigureAwait(false);
        _copy?.Dispose();
    }

    private static LoadedConfig Read(RedisMark mark, RedisResult[] leaves, RedisResult[] tenants, RedisResult[] changes)
    {
        ConfigLeaves.Assembly assembly = new();
        for (int i = 0; i + 1 < leaves.Length; i += 2)
        {
            (NodeAddress at, ConfigNode node) = RedisEntries.ReadLeaf((byte[])leaves[i]!, (byte[])leaves[i + 1]!);
            assembly.Set(at, node);
        }

        for (int i = 0; i + 1 < tenants.Length; i += 2) assembly.SetVersion(Encoding.UTF8.GetString((byte[])tenants[i]!), (long)tenants[i + 1]);
        ImmutableArray<ConfigChange> history = [.. changes.Select(entry => RedisEntries.Read((byte[])entry!).Change)];
        return new LoadedConfig(assembly.Build(mark.Version), history, []);
    }

    private static RedisMark MarkOf(RedisResult[] reply) =>
        new(long.Parse((string?)reply[0] ?? "0", CultureInfo.InvariantCulture), (string?)reply[1] ?? "", (string?)reply[2] ?? "");

    private static ConfigUnavailableException Strange(FormatException strange) =>
        new($"what lies in Redis is not understood by this version of Headgate: {strange.Message} Start a newer version, or one that wrote it.", strange);

    private static string NewId() => Guid.NewGuid().ToString("n");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => Volatile.Read(ref _heard).TrySetResult();
}
