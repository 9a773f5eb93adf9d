using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes.Files;

/// <summary>What is wrong with a file.</summary>
/// <param name="Name">Which one.</param>
/// <param name="What">What is wrong with it, as a sentence.</param>
internal sealed record Damage(string Name, string What);

/// <summary>What the files of a folder say together.</summary>
/// <param name="Config">The last version up to which everything is in order.</param>
/// <param name="History">The latest changes.</param>
/// <param name="Damages">Files to set aside.</param>
/// <param name="Journal">The version after which the journal begins that goes on; null if there is none to go on with.</param>
/// <param name="Length">The bytes of that journal's good lines.</param>
/// <param name="IsTorn">True if that journal has the beginning of a line behind them.</param>
internal sealed record ReadFiles(ServiceConfig Config, ImmutableArray<ConfigChange> History, ImmutableArray<Damage> Damages, long? Journal, long Length, bool IsTorn);

/// <summary>
/// Puts the configuration together from a folder: the newest snapshot that is in order, and the changes of the journals from there on, up to the first
/// that is not in order. Changes nothing.
/// </summary>
internal sealed class ConfigReader(IConfigFolder folder)
{
    private readonly ImmutableArray<Damage>.Builder _damages = ImmutableArray.CreateBuilder<Damage>();
    private ServiceConfig _config = ServiceConfig.Empty;
    private ImmutableArray<ConfigChange> _history = [];

    /// <exception cref="ConfigUnavailableException">Something that is in order cannot be read by this version, or not at all.</exception>
    public ReadFiles Read()
    {
        IReadOnlyList<string> names = folder.List();
        ReadSnapshot(FileNames.Snapshots(names));
        long[] journals = FileNames.Journals(names);
        long? last = null;
        (long Length, RecordEnd End) place = default;
        for (int i = 0; i < journals.Length; i++)
        {
            // Where the next one begins this one counts no more: what it has beyond was never acknowledged.
            long cap = i + 1 < journals.Length ? journals[i + 1] : long.MaxValue;
            if (cap <= _config.Version) continue;
            if (_damages.Any(damage => !FileNames.IsSnapshot(damage.Name)))
            {
                Add(journals[i], "it follows a damaged one.");
                continue;
            }

            if (journals[i] > _config.Version) Add(journals[i], $"it begins after version {Text(journals[i])}, and what leads there from version {Text(_config.Version)} is missing.");
            else if (ReadJournal(journals[i], cap) is { } read) (last, place) = (journals[i], read);
        }

        bool goesOn = last is not null && _damages.Count == 0;
        return new ReadFiles(_config, _history, _damages.ToImmutable(), goesOn ? last : null, place.Length, place.End == RecordEnd.Torn);
    }

    private void ReadSnapshot(long[] versions)
    {
        foreach (long version in versions.Reverse())
        {
            string name = FileNames.Snapshot(version);
            try
            {
                LoadedConfig loaded = SnapshotFile.Read(folder.OpenRead(name), out _);
                if (loaded.Config.Version != version) throw new FormatException($"it has version {Text(loaded.Config.Version)}, which is not the one in its name.");
                (_config, _history) = (loaded.Config, loaded.History);
                return;
            }
            catch (Exception damaged) when (damaged is FormatException or IOException)
            {
                _damages.Add(new Damage(name, damaged.Message));
            }
            catch (Exception hidden) when (hidden is ConfigUnavailableException or UnauthorizedAccessException)
            {
                throw Refused(name, hidden);
            }
        }
    }

    /// <returns>Where its good lines end, and how; null if it is damaged.</returns>
    private (long Length, RecordEnd End)? ReadJournal(long after, long cap)
    {
        string name = FileNames.Journal(after);
        try
        {
            using RecordReader lines = new(folder.OpenRead(name));
            if (!lines.TryRead(out ReadOnlyMemory<byte> first)) throw new FormatException("its first line is damaged or missing.");
            if (FileHeader.Read(first, FileHeader.Journal).Version != after) throw new FormatException("it begins after another version than its name says.");
            for (long at = lines.Position; lines.TryRead(out ReadOnlyMemory<byte> line); at = lines.Position)
            {
                ConfigChange change = Parse(line, at);
                if (change.Version <= _config.Version) continue;
                if (change.Version > cap) break;
                if (change.Version != _config.Version + 1) throw new FormatException($"at byte {Text(at)} version {Text(change.Version)} follows version {Text(_config.Version)}.");
                _config = ConfigEdits.Apply(_config, change);
                _history = ChangeHistory.Remember(_history, change);
            }

            bool isLast = cap == long.MaxValue;
            if (isLast ? lines.End != RecordEnd.Damaged : _config.Version == cap) return (lines.Position, lines.End);
            throw new FormatException(lines.End == RecordEnd.Damaged
                ? $"the line at byte {Text(lines.Position)} is damaged: its checksum is wrong."
                : $"it ends at byte {Text(lines.Position)}, before the next one begins.");
        }
        catch (Exception damaged) when (damaged is FormatException or IOException)
        {
            _damages.Add(new Damage(name, damaged.Message));
            return null;
        }
        catch (Exception hidden) when (hidden is ConfigUnavailableException or UnauthorizedAccessException)
        {
            throw Refused(name, hidden);
        }
    }

    private static ConfigChange Parse(ReadOnlyMemory<byte> line, long at)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return ChangeJson.Read(document.RootElement);
        }
        catch (Exception strange) when (strange is JsonException or FormatException)
        {
            throw new ConfigUnavailableException($"the line at byte {Text(at)} is as it was written, but this version does not understand it: {strange.Message}", strange);
        }
    }

    private void Add(long journal, string what) => _damages.Add(new Damage(FileNames.Journal(journal), what));

    private ConfigUnavailableException Refused(string name, Exception why) => new($"'{System.IO.Path.Combine(folder.Path, name)}' cannot be read: {why.Message}", why);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
