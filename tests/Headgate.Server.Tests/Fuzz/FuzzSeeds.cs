using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Fuzz;

/// <summary>A good request, or nearly, for every route that the service has.</summary>
internal static class FuzzSeeds
{
    private const string Rule = """{"max_requests":100,"window_duration_seconds":60,"algorithm":"token_bucket","burst":20}""";

    /// <summary>By method and how the pattern ends. A route that is not here is sent an empty object.</summary>
    private static readonly (string Method, string End, string Body)[] Bodies =
    [
        ("POST", "/check_and_consume", """{"tenant_id":"acme","client_id":"c1","action_type":"login","cost":1,"max_requests":10,"window_duration_seconds":60}"""),
        ("POST", "/batch", """{"items":[{"tenant_id":"acme","client_id":"c1","action_type":"login"},{"tenant_id":"other","client_id":"c1","action_type":"login","cost":2}]}"""),
        ("POST", "/all", """{"tenant_id":"acme","client_id":"c1","actions":[{"action_type":"login"},{"action_type":"work","cost":2,"client_id":"c2"}]}"""),
        ("POST", "/release", """{"tenant_id":"acme","client_id":"c1","action_type":"work","lease_id":"0123456789abcdef0123456789abcdef"}"""),
        ("POST", "/renew", """{"tenant_id":"acme","client_id":"c1","action_type":"work","lease_id":"0123456789abcdef0123456789abcdef"}"""),
        ("PUT", "/global", """{"max_global_concurrent_requests":200,"max_tenant_queue_size":100,"queue_timeout_seconds":5,"on_store_failure":"local"}"""),
        ("PUT", "/action/{action_type}", Rule),
        ("PUT", "/tenant/{tenant_id}", """{"weight":2,"max_queue_size":10,"on_store_failure":"open"}"""),
        ("POST", "/keys", """{"name":"deploy","role":"decide","tenant_id":"acme"}"""),
        ("POST", "/rotate", """{"grace_seconds":60}"""),
        ("POST", "/rollback", """{"version":1}"""),
        ("POST", "/rules", """{"key":"vip-42","algorithm":"token_bucket","capacity":10,"refill_rate":"1/s"}"""),
        ("POST", "/update-rule", """{"client_id":"vip-42","capacity":10,"refill_rate":"1/s"}"""),
    ];

    public static List<FuzzRequest> Of(Service service)
    {
        List<FuzzRequest> seeds = [];
        foreach (RouteEndpoint endpoint in service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            IReadOnlyList<string> methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"];
            foreach (string method in methods) seeds.Add(Of(method, endpoint.RoutePattern));
        }

        return seeds;
    }

    private static FuzzRequest Of(string method, RoutePattern pattern)
    {
        string target = "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(TextOf))));
        FuzzRequest seed = new() { Method = method, Target = target };
        if (method is "GET" or "DELETE" or "HEAD") return seed;
        string raw = "/" + pattern.RawText?.Trim('/');
        string body = Array.Find(Bodies, known => known.Method == method && raw.EndsWith(known.End, StringComparison.Ordinal)).Body ?? "{}";
        seed.Headers.Add(("Content-Type", "application/json"));
        seed.Body = Encoding.UTF8.GetBytes(body);
        return seed;
    }

    private static string TextOf(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => parameter.Name switch { "tenant_id" => "acme", "client_id" => "c1", "action_type" => "login", "version" => "1", _ => "x" },
        _ => "x",
    };
}
