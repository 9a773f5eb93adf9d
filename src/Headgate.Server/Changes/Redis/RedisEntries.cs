using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes.Redis;

/// <summary>Leaves, tenants and changes as the bytes that scripts take and give. Pairs lie in one text, each <c>bytes of the name,bytes of the value</c>, a line end, and both;
/// -1 for one that is to be deleted: a command may not have a million arguments.</summary>
internal static class RedisEntries
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The leaves that a change touches.</summary>
    public static byte[] LeavesOf(ConfigChange change)
    {
        ArrayBufferWriter<byte> pairs = new();
        foreach (ConfigEdit edit in change.Edits)
        {
            byte[]? node = edit.After is null ? null : Json(edit.After with { Version = change.Version }, KeptJson.Write);
            Add(pairs, AddressOf(edit.At), node);
        }

        return pairs.WrittenSpan.ToArray();
    }

    /// <summary>The versions of the tenants that a change touches.</summary>
    public static byte[] TenantsOf(ConfigChange change, ServiceConfig result)
    {
        ArrayBufferWriter<byte> pairs = new();
        foreach (string id in change.Edits.Select(edit => edit.At.Tenant).OfType<string>().Distinct(StringComparer.Ordinal))
            Add(pairs, Encoding.UTF8.GetBytes(id), result.Tenants.TryGetValue(id, out TenantConfig? tenant) ? Number(tenant.Version) : null);
        return pairs.WrittenSpan.ToArray();
    }

    public static byte[] AllLeaves(ServiceConfig config)
    {
        ArrayBufferWriter<byte> pairs = new();
        foreach ((NodeAddress at, ConfigNode node) in ConfigLeaves.Of(config)) Add(pairs, AddressOf(at), Json(node, KeptJson.Write));
        return pairs.WrittenSpan.ToArray();
    }

    public static byte[] AllTenants(ServiceConfig config)
    {
        ArrayBufferWriter<byte> pairs = new();
        foreach ((string id, TenantConfig tenant) in config.Tenants) Add(pairs, Encoding.UTF8.GetBytes(id), Number(tenant.Version));
        return pairs.WrittenSpan.ToArray();
    }

    /// <summary>Changes as the list has them. Of all but the last the id is not known any more: whoever is at one of them reads all anew.</summary>
    public static byte[] AllChanges(ImmutableArray<ConfigChange> changes, string lastId)
    {
        ArrayBufferWriter<byte> pairs = new();
        foreach (ConfigChange change in changes)
            Add(pairs, [], [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{change.Version} {(change == changes[^1] ? lastId : "-")} ")), .. ChangeOf(change)]);
        return pairs.WrittenSpan.ToArray();
    }

    public static byte[] ChangeOf(ConfigChange change) => Json(change, ChangeJson.Write);

    /// <summary>An entry of the list.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static (string Id, ConfigChange Change) Read(byte[] entry)
    {
        int first = entry.AsSpan().IndexOf((byte)' ');
        int second = first < 0 ? -1 : entry.AsSpan(first + 1).IndexOf((byte)' ') + first + 1;
        if (first < 0 || second <= first) throw new FormatException("it is no entry of the list of changes.");
        using JsonDocument json = Parse(entry.AsMemory(second + 1));
        return (Encoding.ASCII.GetString(entry, first + 1, second - first - 1), ChangeJson.Read(json.RootElement));
    }

    /// <exception cref="FormatException">They are no leaf.</exception>
    public static (NodeAddress At, ConfigNode Node) ReadLeaf(byte[] address, byte[] node)
    {
        try
        {
            using JsonDocument at = Parse(address);
            NodeAddress read = ChangeJson.ReadAddress(at.RootElement);
            using JsonDocument kept = Parse(node);
            return (read, KeptJson.Read(read.Kind, kept.RootElement));
        }
        catch (Exception wrong) when (wrong is KeyNotFoundException or InvalidOperationException or RequestRefusal)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException wrong)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    private static byte[] AddressOf(NodeAddress at) => Json(at, (json, address) =>
    {
        json.WriteStartObject();
        ChangeJson.WriteAddress(json, address);
        json.WriteEndObject();
    });

    private static byte[] Number(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static byte[] Json<T>(T what, Action<Utf8JsonWriter, T> write)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, Plain)) write(json, what);
        return bytes.WrittenSpan.ToArray();
    }

    private static void Add(ArrayBufferWriter<byte> pairs, byte[] name, byte[]? value)
    {
        pairs.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name.Length},{value?.Length ?? -1}\n")));
        pairs.Write(name);
        pairs.Write(value);
    }
}
