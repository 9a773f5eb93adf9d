using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Access;

/// <summary>
/// The service's limits on itself: how much one caller may ask of it (<see cref="Policy"/>), and whatever the routes of its configuration file say. They
/// stand on the way of a request only where they can refuse one. Thread-safe.
/// </summary>
internal sealed class OwnLimits
{
    /// <summary>The policy of every request but health and <c>/admin</c>. One of that name in the configuration file takes its place.</summary>
    public const string Policy = "callers";

    /// <summary>The source of keys that is the access key's id: <c>custom:access_key</c>.</summary>
    private const string KeySource = "access_key";

    private static readonly Limit WithKeys = Limit.TokenBucket(20_000, Rate.PerSecond(10_000));

    // Where keys are off all callers are this machine. What it gets a second is bounded by nothing but what an administrator says.
    private static readonly Limit WithoutKeys = Limit.TokenBucket(1_000_000, Rate.PerSecond(1_000_000));

    private readonly RateLimitPolicies _policies;
    private readonly KeyPolicy _keys;
    private readonly RateLimitPolicy _own;
    private Seen? _seen;

    public OwnLimits(RateLimitPolicies policies, KeyPolicy keys, OwnPolicy own) => (_policies, _keys, _own) = (policies, keys, own.Policy);

    /// <summary>True if requests must go by the middleware.</summary>
    public bool Apply
    {
        get
        {
            if (_keys.IsRequired) return true;
            PolicySnapshot current = _policies.Current;
            Seen? seen = Volatile.Read(ref _seen);
            if (seen is not null && ReferenceEquals(seen.Snapshot, current)) return seen.Apply;
            seen = new Seen(current, current.Routes.Count > 0 || !ReferenceEquals(current.Policies.GetValueOrDefault(Policy)?.Definition, _own));
            Volatile.Write(ref _seen, seen);
            return seen.Apply;
        }
    }

    /// <summary>The policy, and how requests tell whose they are.</summary>
    public static OwnPolicy AddTo(HeadgateBuilder headgate, KeyPolicy keys)
    {
        RateLimitPolicy policy = new(Policy, keys.IsRequired ? WithKeys : WithoutKeys) { Key = KeySelector.Parse($"custom:{KeySource}", "ip") };
        headgate.AddPolicy(policy).ConfigureHttp(options => options with
        {
            Exempt = new PolicyExemptions { Paths = ["/health/**", "/api/health"] },
            Identity = options.Identity with
            {
                Custom = new Dictionary<string, Func<HttpContext, string?>>(StringComparer.Ordinal) { [KeySource] = context => CallerOf(context)?.KeyId },
                AuthenticateApiKey = (context, _) => CallerOf(context)?.KeyId,
                Tenant = context => CallerOf(context)?.Tenant,
            },
        });
        return new OwnPolicy(policy);
    }

    /// <summary>After who asks is known, before anything that does work.</summary>
    public static void Use(IApplicationBuilder app)
    {
        OwnLimits own = app.ApplicationServices.GetRequiredService<OwnLimits>();
        app.Use(next =>
        {
            IApplicationBuilder branch = app.New();
            branch.UseHeadgate(Policy);
            branch.Run(next);
            RequestDelegate limited = branch.Build();
            return context => own.Apply ? limited(context) : next(context);
        });
    }

    private static Caller? CallerOf(HttpContext context) => context.Features[typeof(Caller)] as Caller;

    private sealed record Seen(PolicySnapshot Snapshot, bool Apply);
}

/// <summary>The policy as it is before anybody changes it.</summary>
internal sealed record OwnPolicy(RateLimitPolicy Policy);
