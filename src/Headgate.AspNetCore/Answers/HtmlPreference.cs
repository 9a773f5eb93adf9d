using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Headgate.AspNetCore.Answers;

/// <summary>Whether a client would rather read HTML than JSON.</summary>
internal static class HtmlPreference
{
    /// <summary>
    /// True if <c>Accept</c> gives HTML a higher quality than JSON, or the same and names HTML but JSON only by a wildcard. A client that says
    /// nothing, or <c>*/*</c>, is a program.
    /// </summary>
    public static bool Of(HttpRequest request)
    {
        Range html = default;
        Range json = default;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)) return false;
        foreach (MediaTypeHeaderValue range in accepted)
        {
            html.Consider(range, "text", "html");
            json.Consider(range, "application", "json");
            json.Consider(range, "application", "problem+json");
        }

        return html.Quality > json.Quality || (html.Quality > 0 && html.Quality >= json.Quality && html.Precision == 3 && json.Precision < 3);
    }

    /// <summary>The most precise range that covers a type counts (RFC 9110, 12.5.1).</summary>
    private struct Range
    {
        public double Quality;
        public int Precision;

        public void Consider(MediaTypeHeaderValue range, string type, string subtype)
        {
            int precision = range.MatchesAllTypes ? 1
                : !range.Type.Equals(type, StringComparison.OrdinalIgnoreCase) ? 0
                : range.MatchesAllSubTypes ? 2
                : range.SubType.Equals(subtype, StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (precision == 0 || precision < Precision) return;
            double quality = range.Quality ?? 1;
            Quality = precision > Precision ? quality : Math.Max(Quality, quality);
            Precision = precision;
        }
    }
}
