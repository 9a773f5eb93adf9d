using Headgate.Extensions.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Extensions;

/// <summary>What <c>services.AddHeadgate()</c> gives: policies, store and configuration are named on it. Not thread-safe; for start-up.</summary>
public sealed class HeadgateBuilder
{
    private readonly List<RateLimitPolicy> _policies = [];
    private readonly List<RateLimitRoute> _routes = [];
    private readonly List<Func<IServiceProvider, IPolicySource>> _sources = [];

    internal HeadgateBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>What the code said of where requests come from; null if nothing.</summary>
    internal ForwardedOptions? Forwarded { get; private set; }

    internal ApiKeys? ApiKeys { get; private set; }

    /// <summary>Adds a policy; one of the configuration with the same name goes above it.</summary>
    /// <exception cref="PolicyException">There is one of that name.</exception>
    public HeadgateBuilder AddPolicy(RateLimitPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (_policies.Exists(known => known.Name == policy.Name)) throw new PolicyException($"the policy '{policy.Name}' is added twice. Give one of them another name.");
        _policies.Add(policy);
        return this;
    }

    /// <summary>Adds a policy.</summary>
    /// <param name="name">Its name: 1 to 100 printable ASCII characters.</param>
    /// <param name="limit">What it enforces.</param>
    /// <param name="configure">The rest: <c>p => p with { Key = KeySelector.Parse("header:X-Client", "ip") }</c>.</param>
    /// <exception cref="PolicyException">There is one of that name.</exception>
    public HeadgateBuilder AddPolicy(string name, Limit limit, Func<RateLimitPolicy, RateLimitPolicy>? configure = null)
    {
        RateLimitPolicy policy = new(name, limit);
        return AddPolicy(configure is null ? policy : configure(policy));
    }

    /// <summary>Applies policies to requests by path and method, beside what endpoints say themselves.</summary>
    public HeadgateBuilder AddRoute(RateLimitRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        _routes.Add(route);
        return this;
    }

    /// <summary>Says whose word counts on where a request comes from. The configuration goes above it.</summary>
    public HeadgateBuilder TrustProxies(ForwardedOptions forwarded)
    {
        ArgumentNullException.ThrowIfNull(forwarded);
        Forwarded = forwarded;
        return this;
    }

    /// <summary>Names the API keys that identify callers. The configuration goes above it.</summary>
    public HeadgateBuilder AddApiKeys(ApiKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ApiKeys = keys;
        return this;
    }

    /// <summary>
    /// Takes policies, routes and the rest from a section of the application's configuration, above what the code says and what was bound or
    /// added before. Changes are in force at once; one that cannot be is refused whole. A section that is not there says nothing.
    /// </summary>
    /// <param name="configuration">
    /// The section, such as <c>builder.Configuration.GetSection("Headgate")</c>; of a whole configuration the fields of Headgate are taken.
    /// </param>
    public HeadgateBuilder BindConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _sources.Add(_ => new SectionSource(configuration));
        return this;
    }

    /// <summary>As <see cref="BindConfiguration(IConfiguration)"/>, with a section of the <see cref="IConfiguration"/> among the services.</summary>
    /// <param name="section">The path of the section: <c>Headgate</c>, <c>Limits:Headgate</c>.</param>
    public HeadgateBuilder BindConfiguration(string section)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(section);
        _sources.Add(services => new SectionSource(services.GetRequiredService<IConfiguration>().GetSection(section)));
        return this;
    }

    /// <summary>
    /// Takes policies, routes and the rest from a file of YAML or JSON, above what the code says and what was bound or added before. A file
    /// that cannot be stops the application when it starts, with all its errors by line and column.
    /// </summary>
    /// <param name="path">The file; a relative path starts at the application's content root. At most 16 MiB of UTF-8.</param>
    /// <param name="optional">True if it need not be there when the application starts.</param>
    /// <param name="reloadOnChange">
    /// True (the default) to take over changes while the application runs, within a second. One that cannot be is refused whole, and a file
    /// that goes away changes nothing: what was in force stays, and the log and <c>headgate.config.reloads</c> say so.
    /// </param>
    public HeadgateBuilder AddConfigurationFile(string path, bool optional = false, bool reloadOnChange = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _sources.Add(services => new FileSource(Path.GetFullPath(path, services.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory()), optional, reloadOnChange));
        return this;
    }

    /// <summary>Who asks for the store of the configuration.</summary>
    internal StoreWiring StoreWiring { get; set; }

    /// <summary>The files and sections, in order.</summary>
    internal IReadOnlyList<IPolicySource> Sources(IServiceProvider services) => [.. _sources.Select(create => create(services))];

    /// <summary>What the code says.</summary>
    internal PolicySettings Settings() => new() { Policies = [.. _policies], Routes = [.. _routes], Forwarded = Forwarded, ApiKeys = ApiKeys };
}
