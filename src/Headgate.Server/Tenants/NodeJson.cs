using System.Text.Json;
using Headgate.AspNetCore.Admin;
using Headgate.Server.Access;

namespace Headgate.Server.Tenants;

/// <summary>
/// The leaves of the configuration as JSON, as routes, log and export have them. What is read is checked whole: a wrong value, an unknown field and a
/// missing one are refused with their name, the bound and the remedy. Pure.
/// </summary>
internal static class NodeJson
{
    /// <summary>Writes a leaf as one object, as a route takes it back. A key is written with its hashes.</summary>
    public static void Write(Utf8JsonWriter json, ConfigNode node)
    {
        json.WriteStartObject();
        WriteFields(json, node);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields of a leaf into an object that the caller has begun.</summary>
    public static void WriteFields(Utf8JsonWriter json, ConfigNode node)
    {
        switch (node)
        {
            case ActionRule rule:
                RuleJson.Write(json, rule);
                break;
            case TenantSettings tenant:
                SettingsJson.Write(json, tenant);
                break;
            case GlobalSettings global:
                SettingsJson.Write(json, global);
                break;
            case AccessKey key:
                KeyJson.Write(json, key);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(node), node.GetType(), "A new kind of leaf needs JSON of its own.");
        }
    }

    /// <summary>The limit of an action. <c>algorithm</c> is sliding_log if it is not given.</summary>
    /// <exception cref="RequestRefusal">It is no such object.</exception>
    public static ActionRule ReadRule(JsonElement body) => Read(body, RuleJson.Read);

    /// <param name="body">An object with any of the settings.</param>
    /// <param name="missing">What stands for settings that are not given: the defaults to replace all, those in force to change some.</param>
    /// <exception cref="RequestRefusal">It is no such object.</exception>
    public static GlobalSettings ReadGlobal(JsonElement body, GlobalSettings missing) => Read(body, fields => SettingsJson.ReadGlobal(fields, missing));

    /// <param name="body">An object with any of the settings.</param>
    /// <param name="missing">What stands for settings that are not given: the defaults to replace all, those in force to change some.</param>
    /// <exception cref="RequestRefusal">It is no such object.</exception>
    public static TenantSettings ReadTenant(JsonElement body, TenantSettings missing) => Read(body, fields => SettingsJson.ReadTenant(fields, missing));

    /// <summary>A key with its hashes, as an export has it.</summary>
    /// <exception cref="RequestRefusal">It is no such object.</exception>
    public static AccessKey ReadKey(JsonElement body) => Read(body, KeyJson.Read);

    /// <summary>A wrong body is refused as every request of the service is.</summary>
    internal static T Read<T>(JsonElement body, Func<AdminFields, T> read)
    {
        try
        {
            return read(new AdminFields(body));
        }
        catch (AdminRefusal refused)
        {
            throw new RequestRefusal(refused.Status, refused.Message, refused.Field, refused.Value);
        }
    }
}
