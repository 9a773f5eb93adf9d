using Headgate.AspNetCore.Paths;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Headgate.AspNetCore.Endpoints;

/// <summary>
/// A store decides about a bounded number of limits at once. A request whose policies have more of them could only fail, so an application
/// that can have such requests does not start, and a change after which it could is refused. Not thread-safe.
/// </summary>
/// <remarks>
/// Asks for each endpoint and each route what a request on an example of its path meets. What only some values of a path's parameters bring
/// together is not seen here.
/// </remarks>
internal sealed class PartCheck(IReadOnlyList<string> globalPolicies, EndpointDataSource? endpoints)
{
    private const string AnySegment = "x";

    private readonly DefaultHttpContext _request = new();
    private IReadOnlyList<Endpoint>? _endpoints;
    private IReadOnlyList<RateLimitRoute> _routes = [];
    private Combination[] _combinations = [];

    /// <exception cref="PolicyException">A request could meet more limits than a store decides about at once.</exception>
    public void Run(PolicySnapshot next, RouteTable routes)
    {
        IReadOnlyList<Endpoint> now = endpoints?.Endpoints ?? [];
        if (!ReferenceEquals(now, _endpoints) || !_routes.SequenceEqual(next.Routes))
            (_endpoints, _routes, _combinations) = (now, next.Routes, Combinations(now, next.Routes, routes));

        Dictionary<string, int> known = new(StringComparer.Ordinal);
        foreach (Combination one in _combinations)
        {
            int parts = 0;
            foreach (string name in one.Policies)
            {
                if (!known.TryGetValue(name, out int own)) known.Add(name, own = PartsOf(next, name));
                parts += own;
            }

            if (parts <= IRateLimitStore.MaxCharges) continue;
            throw new PolicyException(
                $"{one.Who} asks for {parts} limits at once, the parts of composites and the longest overrides counted: {string.Join(", ", one.Policies.Take(50).Select(name => $"{name} has {known[name]}"))}; "
                + $"there may be at most {IRateLimitStore.MaxCharges}. Use fewer policies there, or policies of fewer limits.");
        }
    }

    /// <summary>Which policies can come together, and where first. A policy of an endpoint that appeared later may be unknown and counts nothing.</summary>
    private Combination[] Combinations(IReadOnlyList<Endpoint> all, IReadOnlyList<RateLimitRoute> routes, RouteTable table)
    {
        Dictionary<string, Combination> found = new(StringComparer.Ordinal);
        void Add(string who, IEnumerable<string> policies)
        {
            string[] names = [.. policies.Distinct(StringComparer.Ordinal)];
            found.TryAdd(string.Join('\n', names.Order(StringComparer.Ordinal)), new Combination(who, names));
        }

        Add("UseHeadgate", globalPolicies);
        foreach (RateLimitRoute route in routes)
        {
            string path = route.Path.Replace("**", AnySegment, StringComparison.Ordinal).Replace("*", AnySegment, StringComparison.Ordinal);
            foreach (string method in route.Methods.DefaultIfEmpty(HttpMethods.Get))
                Add($"the route {route.Path}", [.. globalPolicies, .. PoliciesAt(table, path, method)]);
        }

        foreach (Endpoint endpoint in all)
        {
            EndpointPolicies own = EndpointPolicies.Of(endpoint);
            string[] required = [.. own.Required.SelectMany(metadata => metadata.Policies)];
            string who = $"the endpoint {endpoint.DisplayName}";
            Add(who, own.IsDisabled ? required : [.. globalPolicies, .. required]);
            if (own.IsDisabled || endpoint is not RouteEndpoint { RoutePattern: var pattern }) continue;
            string path = PathOf(pattern);
            foreach (string method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.DefaultIfEmpty(HttpMethods.Get) ?? [HttpMethods.Get])
                Add(who, [.. globalPolicies, .. PoliciesAt(table, path, method), .. required]);
        }

        return [.. found.Values];
    }

    private IReadOnlyList<string> PoliciesAt(RouteTable table, string path, string method)
    {
        (_request.Request.Path, _request.Request.Method) = (new PathString(path), method);
        return table.Match(_request).Policies;
    }

    private static string PathOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => AnySegment,
    }))));

    /// <summary>Of everybody's limit, or of the caller's that has most.</summary>
    private static int PartsOf(PolicySnapshot next, string name)
    {
        if (!next.Policies.TryGetValue(name, out ActivePolicy? policy)) return 0;
        int most = PartsOf(policy.Definition.Limit);
        foreach (Limit own in policy.Definition.Overrides.Values) most = Math.Max(most, PartsOf(own));
        return most;
    }

    private static int PartsOf(Limit limit) => limit is CompositeLimit all ? all.Limits.Sum(PartsOf) : 1;

    private sealed record Combination(string Who, string[] Policies);
}
