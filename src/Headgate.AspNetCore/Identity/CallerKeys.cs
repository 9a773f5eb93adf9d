using System.Runtime.CompilerServices;
using System.Security.Claims;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Headgate.AspNetCore.Identity;

/// <summary>The partition key of a request under one selector: that of the first part that identifies the caller. Thread-safe.</summary>
internal sealed class CallerKeys
{
    private readonly KeyReader[][] _parts;
    private readonly ValueKeys _joined;
    private readonly bool _usesCaller;

    /// <param name="parts">The readers of each part.</param>
    /// <param name="joined">Keeps the keys of combinations.</param>
    public CallerKeys(KeyReader[][] parts, ValueKeys joined)
    {
        _parts = parts;
        _joined = joined;
        _usesCaller = parts.Any(part => part.Any(reader => reader.UsesCaller));
    }

    /// <summary>The caller's key, or <see cref="PartitionKey.Nobody"/> if no part identifies the caller.</summary>
    public string KeyOf(HttpContext context)
    {
        TryKeyOf(context, out string key);
        return key;
    }

    /// <summary>False if no part identifies the caller; <paramref name="key"/> is <see cref="PartitionKey.Nobody"/> then.</summary>
    public bool TryKeyOf(HttpContext context, out string key)
    {
        ClaimsPrincipal? caller = _usesCaller ? CallerOf(context) : null;
        foreach (KeyReader[] part in _parts)
        {
            string? found = part.Length == 1 ? part[0].KeyOf(context, caller) : JointKeyOf(part, context, caller);
            if (found is null) continue;
            key = found;
            return true;
        }

        key = PartitionKey.Nobody;
        return false;
    }

    private string? JointKeyOf(KeyReader[] part, HttpContext context, ClaimsPrincipal? caller)
    {
        Keys keys = default;
        for (int i = 0; i < part.Length; i++)
        {
            string? key = part[i].KeyOf(context, caller);
            if (key is null) return null;
            keys[i] = key;
        }

        return _joined.KeyOf(((ReadOnlySpan<string?>)keys)[..part.Length]);
    }

    // HttpContext.User makes a principal for a request that has none; the feature does not.
    private static ClaimsPrincipal? CallerOf(HttpContext context) =>
        context is DefaultHttpContext ? (context.Features[typeof(IHttpAuthenticationFeature)] as IHttpAuthenticationFeature)?.User : context.User;

    [InlineArray(Extensions.KeySelector.MaxParts)]
    private struct Keys
    {
        private string? _first;
    }
}
