using System.Text;
using System.Text.Json;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Configuration;

/// <summary>Compares configurations and changes to the last version and hash.</summary>
internal static class Same
{
    public static void Assert(ServiceConfig expected, ServiceConfig actual) => Xunit.Assert.Equal(Text(expected), Text(actual));

    public static void Assert(IEnumerable<ConfigChange> expected, IEnumerable<ConfigChange> actual) =>
        Xunit.Assert.Equal(string.Join('\n', expected.Select(Text)), string.Join('\n', actual.Select(Text)));

    public static string Text(ServiceConfig config)
    {
        IEnumerable<string> leaves = ConfigLeaves.Of(config).Select(leaf => $"{leaf.At} {Json(json => KeptJson.Write(json, leaf.Node))}");
        IEnumerable<string> tenants = config.Tenants.Select(tenant => $"{tenant.Key} {tenant.Value.Version}");
        return $"{config.Version}\n{string.Join('\n', leaves.Concat(tenants).Order(StringComparer.Ordinal))}";
    }

    public static string Text(ConfigChange change) => Json(json => ChangeJson.Write(json, change));

    public static string Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes)) write(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
