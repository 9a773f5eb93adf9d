using System.Security.Claims;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Identity;

/// <summary>Reads one source of a request into a partition key. Thread-safe.</summary>
internal abstract class KeyReader
{
    /// <summary>True if it looks at the principal: finding that costs something.</summary>
    public virtual bool UsesCaller => false;

    /// <summary>The key, or null if the source does not identify the caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">Its principal; null if it has none or no reader uses it.</param>
    public abstract string? KeyOf(HttpContext context, ClaimsPrincipal? caller);
}

/// <summary>A source whose value is a text.</summary>
internal sealed class ValueReader(KeySource source, Func<HttpContext, ClaimsPrincipal?, string?> read, ValueKeys keys, bool usesCaller) : KeyReader
{
    public override bool UsesCaller => usesCaller;

    public override string? KeyOf(HttpContext context, ClaimsPrincipal? caller)
    {
        string? value = read(context, caller);
        return string.IsNullOrEmpty(value) ? null : keys.KeyOf(source, value);
    }
}

/// <summary>Everybody as one caller.</summary>
internal sealed class GlobalReader(KeySource source) : KeyReader
{
    private readonly string _key = PartitionKey.Of(source, "");

    public override string KeyOf(HttpContext context, ClaimsPrincipal? caller) => _key;
}
