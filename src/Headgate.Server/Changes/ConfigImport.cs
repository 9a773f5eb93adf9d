using System.Globalization;
using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Changes;

/// <summary>A file with a configuration, read and checked whole before anything of it is taken.</summary>
internal sealed class ConfigImport
{
    /// <summary>The most errors that an answer tells; the rest is counted.</summary>
    private const int MaxTold = 20;

    private const string Remedy = "Nothing was imported.";

    private static readonly string[] Known = ["format", "format_version", "version", "global", "tenants", "keys"];
    private static readonly string[] KnownOfTenant = ["settings", "actions", "clients"];

    private readonly ConfigLeaves.Assembly _leaves = new();
    private readonly List<RequestRefusal> _errors = [];
    private ServiceConfig _config = ServiceConfig.Empty;
    private bool _hasGlobal;
    private bool _hasTenants;
    private bool _hasKeys;
    private int _wrong;

    private ConfigImport()
    {
    }

    /// <exception cref="RequestRefusal">400: every error, by its path.</exception>
    public static ConfigImport Read(JsonElement file)
    {
        ConfigImport import = new();
        try
        {
            import.ReadFile(file);
        }
        catch (InvalidOperationException)
        {
            // JSON can escape half of a surrogate pair, which is JSON and no text.
            import.Wrong("$", null, "a name in it has half of a surrogate pair, which is no text.");
        }

        if (import._wrong > 0) throw import.Refused();
        import._config = import._leaves.Build(0);
        return import;
    }

    /// <summary>What is to be in force: what the file has, and the rest as it is.</summary>
    public ServiceConfig Over(ServiceConfig config) => config with
    {
        Global = _hasGlobal ? _config.Global : config.Global,
        Tenants = _hasTenants ? _config.Tenants : config.Tenants,
        Keys = _hasKeys ? _config.Keys : config.Keys,
    };

    private void ReadFile(JsonElement file)
    {
        if (!IsObject("$", file)) return;
        if (!file.TryGetProperty("format", out JsonElement format) || format.ValueKind != JsonValueKind.String || format.GetString() != ConfigExport.Format)
            Wrong("$.format", null, $"it must be \"{ConfigExport.Format}\", as exports have it.");
        if (!file.TryGetProperty("format_version", out JsonElement version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int number) || number is < 1 or > ConfigExport.FormatVersion)
            Wrong("$.format_version", version.ValueKind == JsonValueKind.Undefined ? null : version.GetRawText(), $"this version of Headgate reads format 1 to {ConfigExport.FormatVersion}. Export with a version that writes one of them.");
        RefuseUnknown("$", file, Known);
        if (file.TryGetProperty("global", out JsonElement global))
        {
            _hasGlobal = true;
            Take("$.global", () => _leaves.Set(NodeAddress.Global, NodeJson.ReadGlobal(global, new GlobalSettings())));
        }

        if (file.TryGetProperty("tenants", out JsonElement tenants) && IsObject("$.tenants", tenants))
        {
            _hasTenants = true;
            foreach (JsonProperty tenant in tenants.EnumerateObject()) ReadTenant($"$.tenants{Step(tenant)}", tenant.Name, tenant.Value);
        }

        if (file.TryGetProperty("keys", out JsonElement keys) && IsObject("$.keys", keys))
        {
            _hasKeys = true;
            foreach (JsonProperty key in keys.EnumerateObject()) ReadKey($"$.keys{Step(key)}", key.Name, key.Value);
        }
    }

    private void ReadTenant(string path, string id, JsonElement tenant)
    {
        if (!IsId(path, "tenant_id", id) || !IsObject(path, tenant)) return;
        RefuseUnknown(path, tenant, KnownOfTenant);
        if (tenant.TryGetProperty("settings", out JsonElement settings))
            Take($"{path}.settings", () => _leaves.Set(NodeAddress.OfTenant(id), NodeJson.ReadTenant(settings, TenantSettings.Default)));
        if (tenant.TryGetProperty("actions", out JsonElement actions)) ReadRules($"{path}.actions", actions, action => NodeAddress.OfAction(id, action));
        if (!tenant.TryGetProperty("clients", out JsonElement clients) || !IsObject($"{path}.clients", clients)) return;
        foreach (JsonProperty client in clients.EnumerateObject())
        {
            string where = $"{path}.clients{Step(client)}";
            string name = client.Name;
            if (IsId(where, "client_id", name)) ReadRules(where, client.Value, action => NodeAddress.OfClientAction(id, name, action));
        }
    }

    private void ReadRules(string path, JsonElement rules, Func<string, NodeAddress> at)
    {
        if (!IsObject(path, rules)) return;
        foreach (JsonProperty rule in rules.EnumerateObject())
        {
            string where = path + Step(rule);
            (string action, JsonElement body) = (rule.Name, rule.Value);
            if (IsId(where, "action_type", action)) Take(where, () => _leaves.Set(at(action), NodeJson.ReadRule(body)));
        }
    }

    private void ReadKey(string path, string id, JsonElement body) => Take(path, () =>
    {
        AccessKey key = NodeJson.ReadKey(body);
        if (key.Id != id) throw RequestRefusal.Bad("id", key.Id, "id must be the name under which the key stands.");
        _leaves.Set(NodeAddress.OfKey(id), key);
    });

    private void Take(string path, Action read)
    {
        try
        {
            read();
        }
        catch (RequestRefusal refused)
        {
            Wrong(refused.Field is null ? path : $"{path}.{refused.Field}", refused.Value, refused.Message);
        }
    }

    private bool IsId(string path, string field, string id)
    {
        if (IdRules.Refuse(field, id) is not { } refused) return true;
        Wrong(path, id, refused);
        return false;
    }

    private bool IsObject(string path, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object) return true;
        Wrong(path, null, "it must be an object.");
        return false;
    }

    private void RefuseUnknown(string path, JsonElement json, string[] known)
    {
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!known.Contains(property.Name, StringComparer.Ordinal)) Wrong(path + Step(property), null, $"it is no field here; known are {string.Join(", ", known)}.");
        }
    }

    private void Wrong(string path, string? value, string what)
    {
        _wrong++;
        if (_errors.Count < MaxTold) _errors.Add(RequestRefusal.Bad(path, value, what));
    }

    private RequestRefusal Refused()
    {
        if (_wrong == 1) return RequestRefusal.Bad(_errors[0].Field!, _errors[0].Value, $"{_errors[0].Field}: {_errors[0].Message} {Remedy}");
        string rest = _wrong > _errors.Count ? string.Create(CultureInfo.InvariantCulture, $"\nand {_wrong - _errors.Count} more.") : "";
        return new RequestRefusal(
            StatusCodes.Status400BadRequest,
            string.Create(CultureInfo.InvariantCulture, $"the file has {_wrong} errors. {Remedy}\n{string.Join('\n', _errors.Select(error => $"{error.Field}: {error.Message}"))}{rest}"),
            _errors[0].Field,
            _errors[0].Value);
    }

    /// <summary>A name as a step of a path: ids may have dots, quotes and line ends in them.</summary>
    private static string Step(JsonProperty property) => $"[\"{JsonEncodedText.Encode(property.Name)}\"]";
}
