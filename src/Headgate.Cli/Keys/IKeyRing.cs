using System.Text.Json;

namespace Headgate.Cli.Keys;

/// <summary>The keys of a service, wherever they are. Keys come as the service's JSON: <c>id, name, role, tenant_id, ...</c>, and <c>secret</c> where one was made.</summary>
internal interface IKeyRing : IAsyncDisposable
{
    Task<JsonDocument> CreateAsync(string name, string role, string? tenant, TimeSpan? lifetime, CancellationToken ct);

    IAsyncEnumerable<JsonElement> ListAsync(CancellationToken ct);

    Task<JsonDocument> RotateAsync(string id, TimeSpan grace, CancellationToken ct);

    Task RevokeAsync(string id, CancellationToken ct);
}
