using System.Text.Json;
using Headgate.AspNetCore.Admin;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Settings;

/// <summary>The JSON that a change of the configuration comes with, up to 64 KiB.</summary>
internal static class SettingsBody
{
    /// <exception cref="RequestRefusal">400, 413 or 415: it is no JSON object, too long, or said to be something else.</exception>
    public static async Task<JsonElement> ReadAsync(HttpContext context)
    {
        try
        {
            JsonElement body = await AdminBody.ReadElementAsync(context).ConfigureAwait(false);
            // Refuses what is no object before anything is looked for in it.
            _ = new AdminFields(body);
            return body;
        }
        catch (AdminRefusal refused)
        {
            throw new RequestRefusal(refused.Status, refused.Message, refused.Field, refused.Value);
        }
    }

    /// <summary>The fields of a body, read by a function; what is wrong is refused as every request of the service is.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context, Func<AdminFields, T> read)
    {
        JsonElement body = await ReadAsync(context).ConfigureAwait(false);
        return Checked(() =>
        {
            AdminFields fields = new(body);
            T value = read(fields);
            fields.End();
            return value;
        });
    }

    /// <summary>A wrong field is refused as every request of the service is.</summary>
    public static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (AdminRefusal refused)
        {
            throw new RequestRefusal(refused.Status, refused.Message, refused.Field, refused.Value);
        }
    }
}
