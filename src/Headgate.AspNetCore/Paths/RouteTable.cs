using System.Collections.Concurrent;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Paths;

/// <summary>
/// Which routes a request matches: the first, and further ones as long as each says <c>also: true</c>. Slashes that follow each other count
/// as one, so that <c>//v1/orders</c> does not get around the limit of <c>/v1/orders</c>; and <c>GET</c> covers <c>HEAD</c>, which most endpoints
/// answer by doing the same work. Thread-safe.
/// </summary>
internal sealed class RouteTable
{
    /// <summary>
    /// The most combinations of routes that are kept: 4,096. Only tables with many overlapping <c>also</c> routes have more; those beyond
    /// are new objects each time.
    /// </summary>
    public const int MaxCombinations = 4_096;

    private readonly Route[] _routes;
    private readonly ConcurrentDictionary<(RouteMatch Before, int Index), RouteMatch> _combinations = new();
    private int _kept;

    /// <exception cref="FormatException">A path is not a pattern; the message names it and says why.</exception>
    public RouteTable(IReadOnlyList<RateLimitRoute> routes)
    {
        _routes = [.. routes.Select((route, index) =>
            new Route(route, PathPattern.Parse(route.Path), MethodsOf(route), RouteMatch.None.With(index, route)))];
    }

    public RouteMatch Match(HttpContext context)
    {
        if (_routes.Length == 0) return RouteMatch.None;
        string path = context.Request.Path.Value ?? "";
        return Match(path.Contains("//", StringComparison.Ordinal) ? WithSingleSlashes(path) : path, context.Request.Method);
    }

    private static string[] MethodsOf(RateLimitRoute route) =>
        [.. route.Methods, .. route.Methods.Any(HttpMethods.IsGet) ? [HttpMethods.Head] : Array.Empty<string>()];

    private RouteMatch Match(ReadOnlySpan<char> path, string method)
    {
        RouteMatch match = RouteMatch.None;
        for (int i = 0; i < _routes.Length; i++)
        {
            Route route = _routes[i];
            if (route.Methods.Length > 0 && !MethodList.Contains(route.Methods, method)) continue;
            if (!route.Path.Matches(path)) continue;
            match = ReferenceEquals(match, RouteMatch.None) ? route.Alone : Join(match, i);
            if (!route.Definition.Also) break;
        }

        return match;
    }

    private RouteMatch Join(RouteMatch before, int index)
    {
        if (_combinations.TryGetValue((before, index), out RouteMatch? known)) return known;
        RouteMatch joined = before.With(index, _routes[index].Definition);
        if (Volatile.Read(ref _kept) >= MaxCombinations) return joined;
        RouteMatch kept = _combinations.GetOrAdd((before, index), joined);
        if (ReferenceEquals(kept, joined)) Interlocked.Increment(ref _kept);
        return kept;
    }

    private static string WithSingleSlashes(string path) => string.Create(path.Length - Doubled(path), path, static (to, from) =>
    {
        int at = 0;
        for (int i = 0; i < from.Length; i++)
        {
            if (!IsDoubled(from, i)) to[at++] = from[i];
        }
    });

    private static int Doubled(string path)
    {
        int count = 0;
        for (int i = 0; i < path.Length; i++)
        {
            if (IsDoubled(path, i)) count++;
        }

        return count;
    }

    private static bool IsDoubled(string path, int at) => path[at] == '/' && at > 0 && path[at - 1] == '/';

    private sealed record Route(RateLimitRoute Definition, PathPattern Path, string[] Methods, RouteMatch Alone);
}
