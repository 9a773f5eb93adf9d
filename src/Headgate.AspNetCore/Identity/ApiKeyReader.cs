using System.Security.Claims;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// An API key that somebody vouches for: the configured hashes, a claim of an authenticated identity, or the application. A key that nobody
/// knows identifies nobody, so that making up keys gives no fresh permits.
/// </summary>
internal sealed class ApiKeyReader(ApiKeys known, IdentityOptions options, ValueKeys keys) : KeyReader
{
    /// <summary>The longest header that is looked at, in UTF-8 bytes.</summary>
    public const int MaxBytes = 1_024;

    private readonly ApiKeyTable _table = new(known);

    public override bool UsesCaller => options.ApiKeyClaims.Count > 0;

    public override string? KeyOf(HttpContext context, ClaimsPrincipal? caller)
    {
        string? secret = _table.IsEmpty && options.AuthenticateApiKey is null ? null : SecretOf(context);
        string? key = secret is null ? null : _table.KeyOf(secret);
        if (key is not null) return key;
        string? name = Claims.FindAny(caller, options.ApiKeyClaims);
        if (name is null && secret is not null) name = options.AuthenticateApiKey?.Invoke(context, secret);
        return string.IsNullOrEmpty(name) ? null : keys.KeyOf(KeySource.ApiKey, name);
    }

    private string? SecretOf(HttpContext context)
    {
        StringValues lines = context.Request.Headers[known.Header];
        return lines.Count == 1 && lines[0] is { Length: > 0 and <= MaxBytes } secret ? secret : null;
    }
}
