using System.Collections.Immutable;
using Headgate.Server.Changes.Files;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Changes.Redis;

/// <summary>
/// The last configuration that was read from Redis, in a file of the data folder: what an instance begins with when Redis is away as it starts. Never more than
/// that: what is in Redis counts.
/// </summary>
/// <param name="open">Opens the folder.</param>
/// <param name="logger">For what an operator should know.</param>
internal sealed class LocalCopy(Func<IConfigFolder> open, ILogger<LocalCopy> logger) : IDisposable
{
    private const string Name = "copy-of-redis.log";

    private IConfigFolder? _folder;
    private bool _isTaken;

    /// <summary>What was written last; null if nothing was, or it is damaged.</summary>
    /// <exception cref="ConfigUnavailableException">Another process has the folder.</exception>
    public (LoadedConfig Config, RedisMark Mark)? Read()
    {
        try
        {
            Take();
            if (!_folder!.List().Contains(Name, StringComparer.Ordinal)) return null;
            LoadedConfig loaded = SnapshotFile.Read(_folder.OpenRead(Name), out string? mark);
            string[] ids = mark?.Split(' ') ?? [];
            if (ids.Length != 2) throw new FormatException("it says of nothing what it is a copy of.");
            return (loaded, new RedisMark(loaded.Config.Version, ids[0], ids[1]));
        }
        catch (Exception damaged) when (damaged is FormatException or IOException or UnauthorizedAccessException)
        {
            RedisLogMessages.CopyDamaged(logger, damaged.Message);
            return null;
        }
    }

    /// <summary>Writes it, in place of the one before. That it cannot be is said, and nothing depends on it.</summary>
    public void Write(ServiceConfig config, ImmutableArray<ConfigChange> history, RedisMark mark)
    {
        try
        {
            Take();
            using (IConfigFile file = _folder!.Create(Name + FileNames.Unfinished)) SnapshotFile.Write(file, config, history, $"{mark.Change} {mark.Lineage}");
            _folder.Rename(Name + FileNames.Unfinished, Name);
            _folder.Sync();
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException or ConfigUnavailableException)
        {
            RedisLogMessages.CopyFailed(logger, full.Message);
        }
    }

    public void Dispose() => _folder?.Dispose();

    private void Take()
    {
        _folder ??= open();
        if (_isTaken) return;
        FileConfigLog.Take(_folder);
        _isTaken = true;
    }
}
