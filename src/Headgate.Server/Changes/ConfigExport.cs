using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>Everything configured as one file, and back. It lets nobody in: of keys it has hashes. But it is not for everybody either.</summary>
internal static class ConfigExport
{
    /// <summary>Raise it with everything that this version would refuse.</summary>
    public const int FormatVersion = 1;

    /// <summary>What a file says it is.</summary>
    public const string Format = "headgate-config";

    /// <summary><c>{"format":"headgate-config","format_version":1,"version":7,"global":{...},"tenants":{...},"keys":{...}}</c>, in the order of ids.</summary>
    public static void Export(Utf8JsonWriter json, ServiceConfig config)
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("format_version", FormatVersion);
        json.WriteNumber("version", config.Version);
        ConfigJson.WriteParts(json, config);
        ConfigJson.WriteKeys(json, config);
        json.WriteEndObject();
    }

    /// <summary>
    /// Makes everything as a file says, in one change or not at all. Of <c>global</c>, <c>tenants</c> and <c>keys</c>, what the file does not have stays as it
    /// is; what it has is replaced as a whole, keys too: one that was revoked since the export is good again.
    /// </summary>
    /// <param name="book">The configuration.</param>
    /// <param name="who">Who asks.</param>
    /// <param name="file">The file; parsed so that fields given twice were refused.</param>
    /// <param name="check">Looks at what is in force before it is changed, and throws to refuse; null for no look.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <returns>What is in force now.</returns>
    /// <exception cref="RequestRefusal">400: every error, by its path.</exception>
    public static Task<ServiceConfig> ImportAsync(this ConfigBook book, string who, JsonElement file, Action<ServiceConfig>? check, CancellationToken ct)
    {
        ConfigImport read = ConfigImport.Read(file);
        return book.ChangeAsync(who, "import", config =>
        {
            check?.Invoke(config);
            return ConfigDiff.Between(config, read.Over(config));
        }, ct);
    }
}
