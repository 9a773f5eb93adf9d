using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Server.Http;

/// <summary>
/// The path as it was sent. The server's own is decoded but for <c>%2F</c>, so that an escaped slash cannot be told from an escaped <c>%2F</c>, and is
/// without dot segments, so that an id of two dots would lead to another route.
/// </summary>
internal static class RawPath
{
    private const string Dots = "the path has a segment of one or two dots, plain or escaped, which stands for another path. Leave it out; such an id cannot stand in a path.";

    // Half of a surrogate pair and overlong forms are no text: two ids must not become one by replacing what is wrong.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The path of the request's target, escaped, without the query; null where the target has no path (<c>*</c>, <c>host:port</c>).</summary>
    public static string? Of(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        int start = 0;
        if (!target.StartsWith('/'))
        {
            int scheme = target.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0) return null;
            start = target.AsSpan(scheme + 3).IndexOfAny('/', '?');
            if (start < 0) return "/";
            start += scheme + 3;
            if (target[start] == '?') return "/";
        }

        int query = target.IndexOf('?', start);
        return query < 0 ? target[start..] : target[start..query];
    }

    /// <summary>True if the target is this path and nothing else.</summary>
    public static bool Is(HttpContext context, string path) =>
        string.Equals(context.Request.Path.Value, path, StringComparison.Ordinal)
        && string.Equals(context.Features.Get<IHttpRequestFeature>()?.RawTarget, path, StringComparison.Ordinal);

    /// <summary>The text of a segment.</summary>
    /// <exception cref="RequestRefusal">400: an escape is none, or what is escaped is not UTF-8.</exception>
    public static string Decode(string field, ReadOnlySpan<char> segment)
    {
        if (segment.IndexOf('%') < 0 && Ascii.IsValid(segment)) return segment.ToString();
        byte[] bytes = new byte[segment.Length];
        int count = 0;
        for (int i = 0; i < segment.Length; i++)
        {
            char c = segment[i];
            if (!char.IsAscii(c)) throw Wrong(field, segment, "has a character that is not ASCII; it must be escaped as UTF-8, as %C3%A4");
            if (c != '%')
            {
                bytes[count++] = (byte)c;
                continue;
            }

            if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2]))
                throw Wrong(field, segment, "has a percent sign without two hexadecimal digits after it; a percent sign itself must be written %25");
            bytes[count++] = (byte)((Convert.FromHexString(segment.Slice(i + 1, 2)))[0]);
            i += 2;
        }

        try
        {
            return Strict.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong(field, segment, "has escapes that are not UTF-8; escape whole characters in UTF-8, as %C3%A4");
        }
    }

    /// <summary>Refuses segments of one or two dots, plain or escaped.</summary>
    /// <exception cref="RequestRefusal">400.</exception>
    public static void RefuseDots(ReadOnlySpan<char> path)
    {
        // Most paths have neither.
        if (path.IndexOf("/.") < 0 && path.IndexOf("/%2e", StringComparison.OrdinalIgnoreCase) < 0) return;
        foreach (Range range in path.Split('/'))
        {
            if (IsDots(path[range])) throw new RequestRefusal(StatusCodes.Status400BadRequest, Dots);
        }
    }

    /// <summary>The path as routing reads it: decoded but for <c>%2F</c>.</summary>
    /// <exception cref="RequestRefusal">400.</exception>
    public static string ForRouting(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal)) return path;
        StringBuilder decoded = new(path.Length);
        foreach (Range range in path.AsSpan(1).Split('/'))
            decoded.Append('/').Append(Decode("path", path.AsSpan(1)[range]).Replace("/", "%2F", StringComparison.Ordinal));
        return decoded.ToString();
    }

    private static bool IsDots(ReadOnlySpan<char> segment)
    {
        int dots = 0;
        while (!segment.IsEmpty)
        {
            if (segment[0] == '.') segment = segment[1..];
            else if (segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase)) segment = segment[3..];
            else return false;
            dots++;
        }

        return dots is 1 or 2;
    }

    private static RequestRefusal Wrong(string field, ReadOnlySpan<char> segment, string what)
    {
        string shown = segment.Length > 60 ? segment[..60].ToString() + "..." : segment.ToString();
        return RequestRefusal.Bad(field, segment.ToString(), $"{field} is '{shown}' in the path, which {what}.");
    }
}
