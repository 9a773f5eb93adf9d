using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore;

/// <summary>How the application says who is calling, beyond what configuration can say. Immutable.</summary>
/// <remarks>
/// Every function is called on the request's thread, before the endpoint runs, at most once for each policy that asks for it. It must be
/// thread-safe and quick, and must not block; what it throws, the request throws. Null or an empty string says that it knows no caller.
/// </remarks>
public sealed record IdentityOptions
{
    /// <summary>The default: claims alone, and one shared key for those whom nothing identifies.</summary>
    public static IdentityOptions Default { get; } = new();

    /// <summary>What happens to a request whose caller nothing identifies; <see cref="NoIdentity.SharedBucket"/> by default.</summary>
    public NoIdentity NoIdentity { get; init; }

    /// <summary>
    /// Claims of an authenticated identity that name an API key (<c>api_key</c>), the first that is there; <c>api_key</c> by default. The
    /// claim holds the key's id or its owner's name, never the secret: it becomes part of a partition key. <c>client_id</c> is not among
    /// them, because tokens of users have it too, and then all users of an application would share a limit.
    /// </summary>
    public IReadOnlyList<string> ApiKeyClaims { get; init; } = ["api_key"];

    /// <summary>
    /// Authenticates what the API key header holds and returns the caller's id or name; null if the key is not valid. Asked only for a
    /// single header of at most 1 KiB that is not one of the configured keys. Null (the default) asks nobody.
    /// </summary>
    public Func<HttpContext, string, string?>? AuthenticateApiKey { get; init; }

    /// <summary>
    /// The id of a user (<c>user</c>). Null (the default) takes the claim <c>nameidentifier</c> or <c>sub</c> of an authenticated identity,
    /// else its name. Give a function where several issuers may use the same id for different users.
    /// </summary>
    public Func<HttpContext, string?>? User { get; init; }

    /// <summary>
    /// The tenant of a request (<c>tenant</c>). Null (the default) takes the claim <c>tenant_id</c>, <c>tid</c> or its long form of an
    /// authenticated identity. Nothing that a caller can write is taken unless a function does.
    /// </summary>
    public Func<HttpContext, string?>? Tenant { get; init; }

    /// <summary>Functions of the application by the name that <c>custom:NAME</c> asks for; names are case-sensitive. None by default.</summary>
    public IReadOnlyDictionary<string, Func<HttpContext, string?>> Custom { get; init; } =
        new Dictionary<string, Func<HttpContext, string?>>(StringComparer.Ordinal);
}
