using System.Collections.Immutable;
using Headgate.Server.Access;

namespace Headgate.Server.Tenants;

/// <summary>Everything configured at one version. Immutable: a change makes the next one, and a request stays with the one it began with.</summary>
internal sealed record ServiceConfig
{
    public static ImmutableDictionary<string, ActionRule> NoRules { get; } = ImmutableDictionary.Create<string, ActionRule>(StringComparer.Ordinal);

    public static ServiceConfig Empty { get; } = new();

    /// <summary>Counts the changes; 0 before the first.</summary>
    public long Version { get; init; }

    public GlobalSettings Global { get; init; } = new();

    /// <summary>No tenant is here of which nothing is configured.</summary>
    public ImmutableDictionary<string, TenantConfig> Tenants { get; init; } = ImmutableDictionary.Create<string, TenantConfig>(StringComparer.Ordinal);

    /// <summary>By their id.</summary>
    public ImmutableDictionary<string, AccessKey> Keys { get; init; } = ImmutableDictionary.Create<string, AccessKey>(StringComparer.Ordinal);
}
