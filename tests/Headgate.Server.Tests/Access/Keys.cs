using System.Net;
using Headgate.Conformance;
using Headgate.Server.Tests.Settings;

namespace Headgate.Server.Tests.Access;

/// <summary>A service that asks for keys, and keys for it.</summary>
internal static class Keys
{
    public const string First = "the-first-admin-key-of-these-tests-0123456789";

    public static Task<Service> ServiceAsync(FakeClock? clock = null) => Service.StartAsync(new ServeOptions { RequireKeys = true, AdminKey = First }, clock: clock);

    /// <summary>Sends a request with a key.</summary>
    public static Task<Call> AsAsync(Service service, string? key, string method, string path, string? json = null, params string[] headers) =>
        Call.SendAsync(service, method, path, json, key is null ? headers : [.. headers, "Authorization", "Bearer " + key]);

    /// <summary>Makes a key by the service's own route.</summary>
    public static async Task<(string Id, string Secret)> MakeAsync(Service service, string role, string? tenant = null, int? expiresIn = null)
    {
        string rest = (tenant is null ? "" : $",\"tenant_id\":\"{tenant}\"") + (expiresIn is null ? "" : $",\"expires_in_seconds\":{expiresIn}");
        Call made = await AsAsync(service, First, "POST", "/api/keys", $$"""{"name":"test {{role}}","role":"{{role}}"{{rest}}}""");
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("secret").GetString()!);
    }
}
