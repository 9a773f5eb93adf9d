using System.Globalization;
using Headgate.Server.Changes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Headgate.Server.Settings;

/// <summary>Versions of the configuration as ETags (RFC 9110, section 8.8.3): <c>"7"</c>.</summary>
internal static class VersionTags
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>What a change presupposes, so that two editors do not overwrite each other.</summary>
    /// <exception cref="RequestRefusal">400: the fields are not such.</exception>
    public static Precondition Presupposed(HttpRequest request)
    {
        StringValues match = request.Headers.IfMatch;
        StringValues noneMatch = request.Headers.IfNoneMatch;
        return Precondition.Read(match.Count == 0 ? null : match.ToString(), noneMatch.Count == 0 ? null : noneMatch.ToString());
    }

    /// <summary>True if a reader has this version already: 304.</summary>
    /// <exception cref="RequestRefusal">400: If-None-Match is no list of ETags.</exception>
    public static bool IsKnown(HttpRequest request, long version)
    {
        StringValues lines = request.Headers.IfNoneMatch;
        if (lines.Count == 0) return false;
        if (!EntityTagHeaderValue.TryParseStrictList(lines, out IList<EntityTagHeaderValue>? tags))
            throw RequestRefusal.Bad("If-None-Match", lines.ToString(), "If-None-Match is no list of ETags; it must be versions in double quotes, such as \"7\". Send the ETag of an earlier answer.");
        string own = Of(version);
        return tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == own);
    }
}
