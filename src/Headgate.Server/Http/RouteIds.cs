using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Headgate.Server.Http;

/// <summary>
/// The ids in the path of a request, by the names of the endpoint's pattern, from the path as it was sent: <c>%2F</c> is a slash inside of an id, and
/// <c>%252F</c> is the three characters <c>%2F</c>. Checked by <see cref="IdRules"/>.
/// </summary>
internal readonly record struct RouteIds
{
    private readonly string? _tenant;
    private readonly string? _client;
    private readonly string? _action;

    private RouteIds(string? tenant, string? client, string? action)
    {
        _tenant = tenant;
        _client = client;
        _action = action;
    }

    /// <summary>Of <c>{tenant_id}</c>, <c>{tenant}</c> or <c>{t}</c>.</summary>
    public string Tenant => _tenant ?? throw None("{tenant_id}");

    /// <summary>Of <c>{client_id}</c>, <c>{client}</c> or <c>{c}</c>.</summary>
    public string Client => _client ?? throw None("{client_id}");

    /// <summary>Of <c>{action_type}</c>, <c>{action}</c> or <c>{a}</c>.</summary>
    public string Action => _action ?? throw None("{action_type}");

    /// <summary>The ids of tenant, client and action, as far as the endpoint's pattern names them.</summary>
    /// <exception cref="RequestRefusal">400: an id is not one, or the path is written in another way than the pattern.</exception>
    public static RouteIds Read(HttpContext context)
    {
        string? tenant = null, client = null, action = null;
        RoutePattern pattern = PatternOf(context);
        string path = PathOf(context, pattern);
        int at = 0;
        foreach (Range range in path.AsSpan(1).Split('/'))
        {
            if (NameOf(pattern, at++) is not { } name) continue;
            switch (Field(name))
            {
                case "tenant_id":
                    tenant = Id("tenant_id", path.AsSpan(1)[range]);
                    break;
                case "client_id":
                    client = Id("client_id", path.AsSpan(1)[range]);
                    break;
                case "action_type":
                    action = Id("action_type", path.AsSpan(1)[range]);
                    break;
            }
        }

        return new RouteIds(tenant, client, action);
    }

    /// <summary>The text of any other parameter of the pattern, decoded and no more: the id of a key, a version.</summary>
    /// <param name="context">The request.</param>
    /// <param name="parameter">Its name in the pattern.</param>
    /// <exception cref="RequestRefusal">400: it is not UTF-8, or the path is written in another way than the pattern.</exception>
    public static string Text(HttpContext context, string parameter)
    {
        RoutePattern pattern = PatternOf(context);
        string path = PathOf(context, pattern);
        int at = 0;
        foreach (Range range in path.AsSpan(1).Split('/'))
        {
            if (NameOf(pattern, at++) == parameter) return RawPath.Decode(parameter, path.AsSpan(1)[range]);
        }

        throw None($"{{{parameter}}}");
    }

    private static string Id(string field, ReadOnlySpan<char> segment)
    {
        string id = RawPath.Decode(field, segment);
        return IdRules.Refuse(field, id) is { } refused ? throw RequestRefusal.Bad(field, id, refused) : id;
    }

    private static RoutePattern PatternOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern ?? throw new InvalidOperationException("The request has no route. Read ids where an endpoint answers.");

    /// <summary>The path, once it is known to fit the pattern segment by segment.</summary>
    private static string PathOf(HttpContext context, RoutePattern pattern)
    {
        string path = RawPath.Of(context) ?? throw Misfit(pattern);
        RawPath.RefuseDots(path);
        int at = 0;
        foreach (Range range in path.AsSpan(1).Split('/'))
        {
            ReadOnlySpan<char> segment = path.AsSpan(1)[range];
            if (at >= pattern.PathSegments.Count) throw Misfit(pattern);
            if (pattern.PathSegments[at] is not { IsSimple: true, Parts: [RoutePatternLiteralPart literal] })
            {
                if (segment.IsEmpty) throw Misfit(pattern);
            }
            else if (!string.Equals(RawPath.Decode("path", segment), literal.Content, StringComparison.OrdinalIgnoreCase))
            {
                throw Misfit(pattern);
            }

            at++;
        }

        return at == pattern.PathSegments.Count ? path : throw Misfit(pattern);
    }

    private static string? NameOf(RoutePattern pattern, int segment) =>
        pattern.PathSegments[segment] is { IsSimple: true, Parts: [RoutePatternParameterPart { IsCatchAll: false } parameter] } ? parameter.Name : null;

    private static string? Field(string name) => name switch
    {
        "tenant_id" or "tenant" or "t" => "tenant_id",
        "client_id" or "client" or "c" => "client_id",
        "action_type" or "action" or "a" => "action_type",
        _ => null,
    };

    private static RequestRefusal Misfit(RoutePattern pattern) => new(StatusCodes.Status400BadRequest,
        $"the path is not written as {pattern.RawText}: it ends in a slash, or has a slash too many. Write a slash inside of an id as %2F.");

    private static InvalidOperationException None(string name) => new($"The route has no {name} of its own segment. Add it to the pattern.");
}
