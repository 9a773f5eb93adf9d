using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes.Files;

/// <summary>The whole configuration and its history as lines: the header, then tenants' versions, leaves and changes as often as the header says.</summary>
internal static class SnapshotFile
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>Writes it and makes it durable.</summary>
    /// <returns>Its length in bytes.</returns>
    public static long Write(IConfigFile file, ServiceConfig config, ImmutableArray<ConfigChange> history, string? mark = null)
    {
        FileHeader.Lines counts = new(config.Tenants.Count, ConfigLeaves.Of(config).Count(), history.Length);
        Chunks chunks = new(file);
        chunks.Add(new FileHeader(FileHeader.Snapshot, config.Version, counts, mark), (json, header) => header.Write(json));
        foreach ((string id, TenantConfig tenant) in config.Tenants) chunks.Add((id, tenant.Version), WriteTenant);
        foreach ((NodeAddress, ConfigNode) leaf in ConfigLeaves.Of(config)) chunks.Add(leaf, WriteLeaf);
        foreach (ConfigChange change in history) chunks.Add(change, ChangeJson.Write);
        long length = chunks.Flush();
        file.Sync();
        return length;
    }

    /// <exception cref="FormatException">It is damaged; the message says where.</exception>
    /// <exception cref="ConfigUnavailableException">It is in order, and cannot be understood.</exception>
    public static LoadedConfig Read(Stream stream, out string? mark)
    {
        using RecordReader lines = new(stream);
        FileHeader header = FileHeader.Read(Next(lines), FileHeader.Snapshot);
        mark = header.Mark;
        ConfigLeaves.Assembly assembly = new();
        for (int i = 0; i < header.Counts.Tenants; i++) Parse(lines, json => assembly.SetVersion(json.GetProperty("tenant").GetString()!, json.GetProperty("version").GetInt64()));
        for (int i = 0; i < header.Counts.Leaves; i++)
        {
            Parse(lines, json =>
            {
                NodeAddress at = ChangeJson.ReadAddress(json);
                assembly.Set(at, KeptJson.Read(at.Kind, json.GetProperty("node")));
            });
        }

        ImmutableArray<ConfigChange>.Builder history = ImmutableArray.CreateBuilder<ConfigChange>();
        for (int i = 0; i < header.Counts.Changes; i++) Parse(lines, json => history.Add(ChangeJson.Read(json)));
        if (lines.TryRead(out _) || lines.End != RecordEnd.Clean) throw new FormatException($"it goes on after its end, at byte {lines.Position}.");
        return new LoadedConfig(assembly.Build(header.Version), history.DrainToImmutable(), []);
    }

    private static void WriteTenant(Utf8JsonWriter json, (string Id, long Version) tenant)
    {
        json.WriteStartObject();
        json.WriteString("tenant", tenant.Id);
        json.WriteNumber("version", tenant.Version);
        json.WriteEndObject();
    }

    private static void WriteLeaf(Utf8JsonWriter json, (NodeAddress At, ConfigNode Node) leaf)
    {
        json.WriteStartObject();
        ChangeJson.WriteAddress(json, leaf.At);
        json.WritePropertyName("node");
        KeptJson.Write(json, leaf.Node);
        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Next(RecordReader lines)
    {
        if (lines.TryRead(out ReadOnlyMemory<byte> line)) return line;
        throw new FormatException(lines.End == RecordEnd.Damaged ? $"the line at byte {lines.Position} is damaged: its checksum is wrong." : $"it ends too early, at byte {lines.Position}.");
    }

    /// <summary>A line whose checksum is right was written so. If it makes no sense, it is not for this version to throw it away.</summary>
    private static void Parse(RecordReader lines, Action<JsonElement> read)
    {
        long at = lines.Position;
        ReadOnlyMemory<byte> line = Next(lines);
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            read(document.RootElement);
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or RequestRefusal)
        {
            throw new ConfigUnavailableException($"the line at byte {at} is as it was written, but this version does not understand it: {strange.Message}", strange);
        }
    }

    /// <summary>Collects lines and writes them in large pieces.</summary>
    private sealed class Chunks(IConfigFile file)
    {
        private readonly ArrayBufferWriter<byte> _lines = new();
        private long _length;

        public void Add<T>(T what, Action<Utf8JsonWriter, T> write)
        {
            Records.Append(_lines, what, write);
            if (_lines.WrittenCount >= ChunkBytes) Flush();
        }

        public long Flush()
        {
            file.Write(_length, _lines.WrittenSpan);
            _length += _lines.WrittenCount;
            _lines.ResetWrittenCount();
            return _length;
        }
    }
}
