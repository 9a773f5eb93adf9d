using System.Text.Json;

namespace Headgate.Server.Changes.Files;

/// <summary>The first line of a journal or a snapshot: what it is, in which format, and of which version.</summary>
/// <param name="Kind">One of the two kinds.</param>
/// <param name="Version">Of a snapshot its own, of a journal the one it begins after.</param>
/// <param name="Counts">The lines that follow, of each kind; of a journal none.</param>
/// <param name="Mark">What it is a copy of; null if of nothing.</param>
internal sealed record FileHeader(string Kind, long Version, FileHeader.Lines Counts, string? Mark = null)
{
    public const string Journal = "headgate-config-journal";
    public const string Snapshot = "headgate-config-snapshot";

    /// <summary>Raise it with everything that this version would not read, a new field of a leaf too: an older one then refuses to start instead of dropping it.</summary>
    public const int Format = 1;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("file", Kind);
        json.WriteNumber("format", Format);
        json.WriteNumber("version", Version);
        json.WriteNumber("tenants", Counts.Tenants);
        json.WriteNumber("leaves", Counts.Leaves);
        json.WriteNumber("changes", Counts.Changes);
        if (Mark is not null) json.WriteString("mark", Mark);
        json.WriteEndObject();
    }

    /// <exception cref="ConfigUnavailableException">A newer version wrote it.</exception>
    /// <exception cref="FormatException">It is none.</exception>
    public static FileHeader Read(ReadOnlyMemory<byte> line, string kind)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement json = document.RootElement;
            int format = json.GetProperty("format").GetInt32();
            if (format > Format)
            {
                throw new ConfigUnavailableException(
                    $"it was written by a newer version of Headgate, in format {format}; this one reads formats up to {Format}. Start the newer version again, or restore a backup from before the upgrade.");
            }

            if (json.GetProperty("file").GetString() != kind) throw new FormatException($"it is no {kind}.");
            Lines counts = new(json.GetProperty("tenants").GetInt32(), json.GetProperty("leaves").GetInt32(), json.GetProperty("changes").GetInt32());
            string? mark = json.TryGetProperty("mark", out JsonElement found) ? found.GetString() : null;
            return new FileHeader(kind, json.GetProperty("version").GetInt64(), counts, mark);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("its first line is no header.", wrong);
        }
    }

    internal readonly record struct Lines(int Tenants, int Leaves, int Changes);
}
