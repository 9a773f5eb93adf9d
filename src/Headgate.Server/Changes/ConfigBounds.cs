using System.Collections.Immutable;
using System.Globalization;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Changes;

/// <summary>How much may be configured. Pure.</summary>
internal static class ConfigBounds
{
    /// <summary>Tenants.</summary>
    public const int MaxTenants = 100_000;

    /// <summary>Limits of all tenants, their clients' own ones too.</summary>
    public const int MaxRules = 1_000_000;

    /// <summary>API keys.</summary>
    public const int MaxKeys = 10_000;

    private const int MaxWho = 200;
    private const int MaxWhat = 500;

    public static string Who(string who) => Cut(who, MaxWho);

    public static string What(string what) => Cut(what, MaxWhat);

    /// <summary>Limits in a configuration, counted one by one.</summary>
    public static long RulesOf(ServiceConfig config) =>
        config.Tenants.Values.Sum(tenant => tenant.Actions.Count + tenant.Clients.Values.Sum(rules => (long)rules.Count));

    /// <summary>By how many edits change that number; they are settled.</summary>
    public static long RulesAdded(ImmutableArray<ConfigEdit> edits)
    {
        long added = 0;
        foreach (ConfigEdit edit in edits)
        {
            if (edit.At.Kind is NodeKind.Action or NodeKind.ClientAction) added += (edit.After is null ? 0 : 1) - (edit.Before is null ? 0 : 1);
        }

        return added;
    }

    /// <exception cref="RequestRefusal">409: there would be more of something than may be, and more than there was.</exception>
    public static void Check(ServiceConfig before, long rulesBefore, ServiceConfig after, long rulesAfter)
    {
        Check("tenants", before.Tenants.Count, after.Tenants.Count, MaxTenants, "Delete tenants that are no longer used, or run another service for some of them.");
        Check("limits", rulesBefore, rulesAfter, MaxRules, "Delete clients' own limits that say what their tenant's limit says, or run another service for some tenants.");
        Check("keys", before.Keys.Count, after.Keys.Count, MaxKeys, "Delete keys that are no longer used.");
    }

    private static void Check(string what, long before, long after, long most, string remedy)
    {
        if (after <= most || after <= before) return;
        throw new RequestRefusal(StatusCodes.Status409Conflict, string.Create(CultureInfo.InvariantCulture, $"there would be {after} {what}; there may be at most {most}. {remedy}"));
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "...";
}
