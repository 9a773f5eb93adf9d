using System.Globalization;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Changes;

/// <summary>
/// What a change presupposes (RFC 9110): that a resource has not changed since it was read, or that it is not there yet. Check it in the plan of the change,
/// against the version that the plan is given. Immutable.
/// </summary>
internal sealed record Precondition
{
    private const int MaxTags = 100;

    /// <summary>Nothing is presupposed.</summary>
    public static Precondition None { get; } = new();

    private bool MustBeThere { get; init; }

    private bool MustNotBeThere { get; init; }

    /// <summary>Null if no versions were named. What is no version of ours matches nothing.</summary>
    private long[]? Versions { get; init; }

    private string? Shown { get; init; }

    /// <summary>The entity tag of what was read or made at a version.</summary>
    public static string ETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <param name="ifMatch">The field If-Match: <c>"7"</c>, several of them by commas, or <c>*</c>; null if there is none.</param>
    /// <param name="ifNoneMatch">The field If-None-Match: <c>*</c>; null if there is none.</param>
    /// <exception cref="RequestRefusal">400: they are not such.</exception>
    public static Precondition Read(string? ifMatch, string? ifNoneMatch)
    {
        if (string.IsNullOrWhiteSpace(ifMatch)) ifMatch = null;
        bool createOnly = !string.IsNullOrWhiteSpace(ifNoneMatch);
        if (createOnly && ifNoneMatch!.Trim() != "*")
            throw RequestRefusal.Bad("If-None-Match", ifNoneMatch, "If-None-Match must be * here: to change what is not there yet. Use If-Match to change what has not changed.");
        if (createOnly && ifMatch is not null) throw RequestRefusal.Bad("If-None-Match", ifNoneMatch, "If-Match and If-None-Match contradict each other. Send one of them.");
        if (createOnly) return new Precondition { MustNotBeThere = true };
        if (ifMatch is null) return None;
        if (ifMatch.Trim() == "*") return new Precondition { MustBeThere = true };
        string[] tags = ifMatch.Split(',', MaxTags, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new Precondition { Versions = [.. tags.Select(VersionOf).OfType<long>()], Shown = ifMatch };
    }

    /// <summary>Checks it for a leaf. One that is not there stands for its tenant.</summary>
    /// <exception cref="RequestRefusal">412: it does not hold.</exception>
    public void Check(ServiceConfig config, NodeAddress at)
    {
        ConfigNode? leaf = ConfigEdits.Find(config, at);
        // When a tenant, or a key, went is not remembered: only who has read the last version knows that it is gone.
        long version = leaf?.Version ?? (at.Tenant is not null ? config.Tenants.GetValueOrDefault(at.Tenant)?.Version : null) ?? config.Version;
        Check(config, leaf is not null, version);
    }

    /// <summary>Checks it for a tenant with all its limits.</summary>
    /// <exception cref="RequestRefusal">412: it does not hold.</exception>
    public void CheckTenant(ServiceConfig config, string tenant)
    {
        TenantConfig? found = config.Tenants.GetValueOrDefault(tenant);
        Check(config, found is not null, found?.Version ?? config.Version);
    }

    /// <summary>Checks it for the whole configuration, which is always there.</summary>
    /// <exception cref="RequestRefusal">412: it does not hold.</exception>
    public void CheckWhole(ServiceConfig config) => Check(config, isThere: true, config.Version);

    private static long? VersionOf(string tag) =>
        tag.Length > 2 && tag[0] == '"' && tag[^1] == '"' && long.TryParse(tag.AsSpan(1, tag.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : null;

    private void Check(ServiceConfig config, bool isThere, long version)
    {
        if (MustNotBeThere && isThere) throw Failed("If-None-Match", "*", $"it is there already, since version {version}. Leave out If-None-Match to replace it.");
        if (MustBeThere && !isThere) throw Failed("If-Match", "*", "it is not there. Leave out If-Match to create it.");
        if (Versions is not null && !Array.Exists(Versions, read => version <= read && read <= config.Version))
            throw Failed("If-Match", Shown, $"it has changed since: it is at version {version}, and the configuration at version {config.Version}. Read it again, and send the ETag that comes with it.");
    }

    private static RequestRefusal Failed(string field, string? value, string detail) => new(StatusCodes.Status412PreconditionFailed, detail, field, value);
}
