using System.Globalization;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Headgate.Server.Settings;

/// <summary>
/// What a request says of the version that it was made against: <c>If-Match</c> and <c>If-None-Match</c> (RFC 9110, section 13). So two editors do not
/// overwrite each other. An ETag is <c>"N"</c>, N being a version of the configuration.
/// </summary>
internal sealed class Preconditions
{
    private readonly EntityTagHeaderValue[]? _match;
    private readonly EntityTagHeaderValue[]? _noneMatch;

    private Preconditions(EntityTagHeaderValue[]? match, EntityTagHeaderValue[]? noneMatch)
    {
        _match = match;
        _noneMatch = noneMatch;
    }

    /// <exception cref="RequestRefusal">400: a field is not a list of ETags.</exception>
    public static Preconditions Read(HttpRequest request) => new(Tags(request, HeaderNames.IfMatch), Tags(request, HeaderNames.IfNoneMatch));

    public static string TagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>True if a reader has this version already: 304.</summary>
    public bool IsKnown(long version) => _noneMatch?.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == TagOf(version)) == true;

    /// <summary>Lets a change through, or says which version there is. To be asked in the change's own turn.</summary>
    /// <param name="config">What is in force.</param>
    /// <param name="at">What is to be changed.</param>
    /// <exception cref="RequestRefusal">412.</exception>
    public void Check(ServiceConfig config, NodeAddress at)
    {
        if (_match is null && _noneMatch is null) return;
        long? version = ResourceVersion.Of(config, at);
        if (_match is not null && !_match.Any(tag => tag.Equals(EntityTagHeaderValue.Any) ? version is not null : Holds(tag, config, at, version)))
            throw Failed(HeaderNames.IfMatch, _match, version, config.Version);
        if (_noneMatch is not null && version is { } there && IsKnown(there))
            throw Failed(HeaderNames.IfNoneMatch, _noneMatch, version, config.Version);
    }

    /// <summary>
    /// True if nothing has changed since the version of the ETag, whether it is that of the resource, of its tenant or of the whole configuration.
    /// What is not there may have been there since: then the tenant must be as it was, and without a tenant the whole configuration.
    /// </summary>
    private static bool Holds(EntityTagHeaderValue tag, ServiceConfig config, NodeAddress at, long? version)
    {
        if (tag.IsWeak || !long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out long known) || known > config.Version) return false;
        return known >= (version ?? (at.Tenant is null ? null : config.Tenants.GetValueOrDefault(at.Tenant)?.Version) ?? config.Version);
    }

    private static EntityTagHeaderValue[]? Tags(HttpRequest request, string name)
    {
        Microsoft.Extensions.Primitives.StringValues lines = request.Headers[name];
        if (lines.Count == 0) return null;
        if (EntityTagHeaderValue.TryParseStrictList(lines, out IList<EntityTagHeaderValue>? tags) && tags.Count > 0) return [.. tags];
        throw RequestRefusal.Bad(name, lines.ToString(), $"{name} is no list of ETags; it must be * or versions in double quotes, such as \"7\". Send the ETag of an earlier answer.");
    }

    private static RequestRefusal Failed(string name, EntityTagHeaderValue[] tags, long? version, long config)
    {
        string is_ = version is { } there ? $"it is there, and its version is {there} now" : $"it is not there; the version of the configuration is {config} now";
        string remedy = name == HeaderNames.IfMatch ? "Read it again, and send your change with the ETag that you are given" : "Leave If-None-Match away to replace it";
        return new RequestRefusal(StatusCodes.Status412PreconditionFailed, $"{name} does not hold: {is_}. {remedy}.", name, string.Join(", ", tags.Select(tag => tag.ToString())));
    }
}
