using System.Net;

namespace Headgate.Extensions.Configuration;

/// <summary>What a source says, and where it says what others must bear out.</summary>
/// <param name="Settings">What it says.</param>
/// <param name="References">Policies that its routes ask for, each with the place.</param>
/// <param name="RedisPlace">The place of <c>store.redis</c>, or null.</param>
internal sealed record ConfigurationReading(
    PolicySettings Settings, IReadOnlyList<(string Policy, HeadgateConfigurationError Place)> References, HeadgateConfigurationError? RedisPlace)
{
    public static ConfigurationReading Nothing { get; } = new(new PolicySettings(), [], null);
}

/// <summary>Reads a whole configuration. All its errors are reported at once.</summary>
internal sealed class SettingsReader
{
    public const int MaxRoutes = 10_000;

    private const int MaxProxies = 10_000;
    private const int MaxPatternLength = 1_024;
    private const int MaxNameLength = 256;
    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostTimeout = TimeSpan.FromMinutes(1);

    private readonly FieldReader _reader = new(new ConfigurationErrors());
    private readonly List<(string, HeadgateConfigurationError)> _references = [];
    private HeadgateConfigurationError? _redis;

    private ConfigurationErrors Errors => _reader.Errors;

    /// <exception cref="HeadgateConfigurationException">Something in it cannot be.</exception>
    public static ConfigurationReading Read(ConfigurationNode root)
    {
        SettingsReader reader = new();
        PolicySettings settings = reader.ReadAll(root);
        reader.Errors.ThrowIfAny();
        return new ConfigurationReading(settings, reader._references, reader._redis);
    }

    private PolicySettings ReadAll(ConfigurationNode root)
    {
        IReadOnlyDictionary<string, ConfigurationNode> fields = _reader.Fields(root, "");
        List<RateLimitPolicy> policies = [];
        if (fields.TryGetValue("policies", out ConfigurationNode? named))
        {
            PolicyReader policy = new(_reader);
            foreach (ConfigurationNode node in _reader.Named(named))
            {
                if (policy.Read(node) is { } read) policies.Add(read);
            }

            if (policies.Count > Policies.RateLimitPolicies.MaxPolicies)
                Errors.Add(named, $"there are {policies.Count} policies; it must be at most {Policies.RateLimitPolicies.MaxPolicies}. Use overrides of a policy for single callers.");
        }

        return new PolicySettings
        {
            Policies = policies,
            Routes = fields.TryGetValue("routes", out ConfigurationNode? routes) ? [.. _reader.Items(routes, MaxRoutes).Select(Route).OfType<RateLimitRoute>()] : [],
            Store = Present(fields, "store") is { } store ? Store(store) : null,
            Forwarded = Present(fields, "forwarded") is { } forwarded ? Forwarded(forwarded) : null,
            ApiKeys = Present(fields, "api_keys") is { } keys ? ApiKeys(keys) : null,
        };
    }

    private static ConfigurationNode? Present(IReadOnlyDictionary<string, ConfigurationNode> fields, string name) =>
        fields.TryGetValue(name, out ConfigurationNode? node) && node.Kind != NodeKind.Null ? node : null;

    private RateLimitRoute? Route(ConfigurationNode node)
    {
        IReadOnlyDictionary<string, ConfigurationNode> fields = _reader.Fields(node, "routes[]");
        string path = "/**";
        string[] methods = [];
        if (fields.TryGetValue("match", out ConfigurationNode? match))
        {
            IReadOnlyDictionary<string, ConfigurationNode> matches = _reader.Fields(match, "routes[].match");
            if (matches.TryGetValue("path", out ConfigurationNode? pattern)) path = Pattern(_reader, pattern) ?? path;
            if (matches.TryGetValue("methods", out ConfigurationNode? verbs)) methods = Tokens(_reader, verbs, "a request method", "POST");
        }

        if (!fields.TryGetValue("policies", out ConfigurationNode? names))
        {
            Errors.Add(node, "a route must say its policies. Write 'policies: [name]', or [] for none.");
            return null;
        }

        List<string> policies = [];
        foreach (ConfigurationNode name in _reader.Items(names, 32))
        {
            if (_reader.Text(name) is not { } policy) continue;
            if (policies.Contains(policy)) Errors.Add(name, $"the policy '{Printable.Of(policy)}' is named twice in one route; it must be named once. Leave one out.");
            policies.Add(policy);
            _references.Add((policy, Place(name)));
        }

        return new RateLimitRoute(path, policies)
        {
            Methods = methods,
            Also = fields.TryGetValue("also", out ConfigurationNode? also) && (_reader.Truth(also) ?? false),
            Cost = fields.TryGetValue("cost", out ConfigurationNode? cost) ? PolicyReader.Cost(_reader, cost) : null,
        };
    }

    private StoreSettings Store(ConfigurationNode node)
    {
        IReadOnlyDictionary<string, ConfigurationNode> fields = _reader.Fields(node, "store");
        ConfigurationNode? redis = Present(fields, "redis");
        if (redis is not null) _redis = Place(redis);
        return new StoreSettings
        {
            Redis = redis is null ? null : _reader.Text(redis),
            Prefix = fields.TryGetValue("prefix", out ConfigurationNode? prefix) ? _reader.Parse(prefix, CheckPrefix) : null,
            Timeout = fields.TryGetValue("timeout", out ConfigurationNode? timeout) ? _reader.Duration(timeout, LeastTimeout, MostTimeout) : null,
        };
    }

    private ForwardedOptions Forwarded(ConfigurationNode node)
    {
        IReadOnlyDictionary<string, ConfigurationNode> fields = _reader.Fields(node, "forwarded");
        ForwardedOptions all = ForwardedOptions.Default;
        if (fields.TryGetValue("trusted_proxies", out ConfigurationNode? proxies))
        {
            List<IPNetwork> networks = [];
            foreach (ConfigurationNode one in _reader.Items(proxies, MaxProxies))
            {
                if (_reader.Text(one) is not { } text) continue;
                if (Network(text) is { } network) networks.Add(network);
                else Errors.Add(one, $"'{Printable.Of(text)}' is not an address or a network. Write 10.0.0.0/8 or 10.1.2.3.");
            }

            all = all with { TrustedProxies = networks };
        }

        if (fields.TryGetValue("ipv6_prefix", out ConfigurationNode? ipv6) && _reader.Number(ipv6, 32, 128) is { } bits6) all = all with { Ipv6Prefix = bits6 };
        if (fields.TryGetValue("ipv4_prefix", out ConfigurationNode? ipv4) && _reader.Number(ipv4, 8, 32) is { } bits4) all = all with { Ipv4Prefix = bits4 };
        if (fields.TryGetValue("header", out ConfigurationNode? header) && Header(header) is { } name) all = all with { Header = name };
        return all;
    }

    private ApiKeys ApiKeys(ConfigurationNode node)
    {
        IReadOnlyDictionary<string, ConfigurationNode> fields = _reader.Fields(node, "api_keys");
        ApiKeys all = Extensions.ApiKeys.None;
        if (fields.TryGetValue("header", out ConfigurationNode? header) && Header(header) is { } name) all = all with { Header = name };
        if (!fields.TryGetValue("keys", out ConfigurationNode? keys)) return all;
        Dictionary<string, string> hashes = new(StringComparer.Ordinal);
        Dictionary<string, string> owners = new(StringComparer.Ordinal);
        foreach (ConfigurationNode key in _reader.Named(keys))
        {
            if (key.Name.Length is 0 or > MaxNameLength) Errors.AddName(key, $"the name has {key.Name.Length} characters; it must have 1 to {MaxNameLength}. Use a shorter one.");
            // The value may be the secret itself, put there by mistake: it is never shown.
            if (key.Kind != NodeKind.Scalar || key.Text.Length != 64 || !key.Text.All(char.IsAsciiHexDigit))
                Errors.Add(key, $"this is not a SHA-256 hash; it has {key.Text.Length} characters and must have 64 hexadecimal digits. 'printf %s SECRET | sha256sum' prints it.");
            else if (!owners.TryAdd(key.Text.ToLowerInvariant(), key.Name))
                Errors.Add(key, $"this is the hash of '{Printable.Of(owners[key.Text.ToLowerInvariant()])}' too; no two callers may have one secret. Give each its own.");
            else hashes[key.Name] = key.Text.ToLowerInvariant();
        }

        if (hashes.Count > Extensions.ApiKeys.MaxKeys) Errors.Add(keys, $"there are {hashes.Count} keys; it must be at most {Extensions.ApiKeys.MaxKeys}. Authenticate in the application instead.");
        return all with { Hashes = hashes };
    }

    /// <summary>A pattern of paths.</summary>
    public static string? Pattern(FieldReader reader, ConfigurationNode node)
    {
        if (reader.Text(node) is not { } text) return null;
        if (text.Length <= MaxPatternLength && text[0] == '/' && !text.Any(char.IsControl)) return text;
        reader.Errors.Add(node, $"'{Printable.Of(text)}' is not a path pattern; it must begin with '/', have at most {MaxPatternLength} characters and no control characters. Write /v1/** for all below /v1.");
        return null;
    }

    /// <summary>Names as HTTP allows them.</summary>
    public static string[] Tokens(FieldReader reader, ConfigurationNode node, string what, string example)
    {
        List<string> tokens = [];
        foreach (ConfigurationNode item in reader.Items(node, PolicyExemptions.MaxEntries))
        {
            if (reader.Text(item) is not { } text) continue;
            if (IsToken(text)) tokens.Add(text);
            else reader.Errors.Add(item, $"'{Printable.Of(text)}' is not {what}; it must have 1 to {MaxNameLength} letters, digits or signs that HTTP allows. Write {example}.");
        }

        return [.. tokens];
    }

    private string? Header(ConfigurationNode node)
    {
        if (_reader.Text(node) is not { } text) return null;
        if (IsToken(text)) return text;
        Errors.Add(node, $"'{Printable.Of(text)}' is not the name of a header; it must have 1 to {MaxNameLength} letters, digits or signs that HTTP allows. Write X-Forwarded-For.");
        return null;
    }

    private static bool IsToken(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    private static IPNetwork? Network(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal)) return IPNetwork.TryParse(text, out IPNetwork network) ? network : null;
        return IPAddress.TryParse(text, out IPAddress? address) && text.AsSpan().IndexOfAny('.', ':') >= 0
            ? new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 128 : 32)
            : null;
    }

    private static string CheckPrefix(string prefix) =>
        prefix.Length <= 64 && prefix.All(c => c is > ' ' and <= '~' and not ('{' or '}' or ':'))
            ? prefix
            : throw new FormatException($"'{Printable.Of(prefix)}' is not a prefix; it must have 1 to 64 printable ASCII characters without space, colon and braces. Use something short.");

    private static HeadgateConfigurationError Place(ConfigurationNode node) =>
        new(node.Origin.File, node.Line == 0 ? null : node.Line, node.Line == 0 ? null : node.Column, node.Path, "");
}
