using Headgate.Extensions;

namespace Headgate.AspNetCore.Paths;

/// <summary>The routes that a request matches, in their order. Immutable; the same object for the same routes of one table.</summary>
internal sealed class RouteMatch
{
    private RouteMatch(int[] indexes, RateLimitRoute[] routes)
    {
        Indexes = indexes;
        Routes = routes;
        Policies = [.. routes.SelectMany(route => route.Policies).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>No route.</summary>
    public static RouteMatch None { get; } = new([], []);

    /// <summary>The places of the routes in the configuration.</summary>
    public IReadOnlyList<int> Indexes { get; }

    public IReadOnlyList<RateLimitRoute> Routes { get; }

    /// <summary>The names of their policies, each once, in the order in which they come first.</summary>
    public IReadOnlyList<string> Policies { get; }

    public RouteMatch With(int index, RateLimitRoute route) => new([.. Indexes, index], [.. Routes, route]);
}
