using System.Buffers;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Paths;

/// <summary>
/// Which requests a policy leaves out by path or method. A path that somebody behind this application may read as another one (an empty or
/// a dot segment, a backslash, a semicolon, a percent sign) is never exempt: <c>/health/..;/orders</c> is not what <c>/health/**</c> meant.
/// </summary>
internal sealed class RequestExemptions
{
    private static readonly SearchValues<char> Ambiguous = SearchValues.Create("\\;%");
    private static readonly SearchValues<string> AmbiguousParts = SearchValues.Create(["//", "/.", "/..", "\0"], StringComparison.Ordinal);

    private readonly PathPattern[] _paths;
    private readonly string[] _methods;

    /// <exception cref="FormatException">A path is not a pattern; the message says why.</exception>
    public RequestExemptions(PolicyExemptions exemptions)
    {
        _paths = [.. exemptions.Paths.Select(PathPattern.Parse)];
        _methods = [.. exemptions.Methods];
    }

    public bool Applies(HttpContext context) =>
        (_methods.Length > 0 && MethodList.Contains(_methods, context.Request.Method)) || (_paths.Length > 0 && HasPath(context.Request.Path.Value));

    private bool HasPath(string? path)
    {
        foreach (PathPattern pattern in _paths)
        {
            if (pattern.Matches(path)) return !IsAmbiguous(path);
        }

        return false;
    }

    private static bool IsAmbiguous(ReadOnlySpan<char> path) => path.ContainsAny(Ambiguous) || HasOddSegment(path);

    private static bool HasOddSegment(ReadOnlySpan<char> path)
    {
        for (int at = path.IndexOfAny(AmbiguousParts); at >= 0;)
        {
            ReadOnlySpan<char> rest = path[(at + 1)..];
            // A name that begins with a dot is a name: /.well-known.
            if (path[at] == '\0' || rest is ['/', ..] or "." or ".." or ['.', '/', ..] or ['.', '.', '/', ..]) return true;
            int next = rest.IndexOfAny(AmbiguousParts);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }
}
