namespace Headgate.Extensions.Tests.Configuration;

/// <summary>What a configuration says, in YAML, JSON and sections.</summary>
public sealed class SettingsReaderTests
{
    private const string Yaml = """
        # a comment
        policies:
          public-api:
            key: [api_key, user+route:id, ip]
            limits: [ "token_bucket(capacity=100, refill=10/s)", "fixed_window(permits=10000, window=1d)" ]
            cost: header:X-Cost
            on_store_failure: local
            shadow: true
            max_wait: 500ms
            queue_limit: 7
            overrides:
              vip-42: [ "token_bucket(capacity=1000, refill=100/s)" ]
              user:eve: fixed_window(permits=1, window=1min)
            exempt: { paths: [ /health/* ], methods: [ OPTIONS ], keys: [ monitor ] }
          other:
            key: ip
            limits: sliding_log(permits=5, window=1s)
        routes:
          - { match: { path: "/v1/orders/**", methods: [POST] }, policies: [ public-api ], also: true, cost: 3 }
          - match: { path: /v1/** }
            policies: other
        store: { redis: "127.0.0.1:6379", prefix: "shop", timeout: 50ms }
        forwarded: { trusted_proxies: [ 10.0.0.0/8, "::1" ], ipv6_prefix: 56, ipv4_prefix: 24, header: X-Real-IP }
        api_keys:
          header: X-Shop-Key
          keys: { vip-42: 2BB80D537B1DA3E38BD30361AA855686BDE0EACD7162FEF6A25FE97BF527A25B }
        """;

    private const string Json = """
        {
        	"policies": {
        		"public-api": {
        			"key": ["api_key", "user+route:id", "ip"],
        			"limits": ["token_bucket(capacity=100, refill=10\/s)", "fixed_window(permits=10000, window=1d)"],
        			"cost": "header:X-Cost",
        			"on_store_failure": "local",
        			"shadow": true,
        			"max_wait": "500ms",
        			"queue_limit": 7,
        			"overrides": {
        				"vip-42": ["token_bucket(capacity=1000, refill=100/s)"],
        				"user:eve": "fixed_window(permits=1, window=1min)"
        			},
        			"exempt": {"paths": ["/health/*"], "methods": ["OPTIONS"], "keys": ["monitor"]}
        		},
        		"other": {"key": "ip", "limits": "sliding_log(permits=5, window=1s)"}
        	},
        	"routes": [
        		{"match": {"path": "/v1/orders/**", "methods": ["POST"]}, "policies": ["public-api"], "also": true, "cost": 3},
        		{"match": {"path": "/v1/**"}, "policies": "other"}
        	],
        	"store": {"redis": "127.0.0.1:6379", "prefix": "shop", "timeout": "50ms"},
        	"forwarded": {"trusted_proxies": ["10.0.0.0/8", "::1"], "ipv6_prefix": 56, "ipv4_prefix": 24, "header": "X-Real-IP"},
        	"api_keys": {"header": "X-Shop-Key", "keys": {"vip-42": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}}
        }
        """;

    [Fact]
    public void Reads_every_field()
    {
        PolicySettings settings = Read.Yaml(Yaml);
        RateLimitPolicy policy = settings.Policies[0];
        Assert.Equal(["public-api", "other"], settings.Policies.Select(one => one.Name));
        Assert.Equal("api_key, user+route:id, ip", policy.Key.ToString());
        Assert.Equal(2, Assert.IsType<CompositeLimit>(policy.Limit).Limits.Count);
        Assert.Equal("X-Cost", policy.Cost.Header);
        Assert.Equal(FailureMode.Local, policy.OnStoreFailure);
        Assert.True(policy.Shadow);
        Assert.Equal(TimeSpan.FromMilliseconds(500), policy.MaxWait);
        Assert.Equal(7, policy.QueueLimit);
        Assert.Equal(["user:eve", "vip-42"], policy.Overrides.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("/health/*", Assert.Single(policy.Exempt.Paths));
        Assert.Equal("OPTIONS", Assert.Single(policy.Exempt.Methods));
        Assert.Equal("monitor", Assert.Single(policy.Exempt.Keys));
        Assert.Equal(2, settings.Routes.Count);
        Assert.True(settings.Routes[0].Also);
        Assert.Equal(3, settings.Routes[0].Cost!.Permits);
        Assert.Equal("POST", Assert.Single(settings.Routes[0].Methods));
        Assert.Equal("127.0.0.1:6379", settings.Store!.Redis);
        Assert.Equal("shop", settings.Store.Prefix);
        Assert.Equal(TimeSpan.FromMilliseconds(50), settings.Store.Timeout);
        Assert.Equal(["10.0.0.0/8", "::1/128"], settings.Forwarded!.TrustedProxies.Select(network => network.ToString()));
        Assert.Equal(56, settings.Forwarded.Ipv6Prefix);
        Assert.Equal(24, settings.Forwarded.Ipv4Prefix);
        Assert.Equal("X-Real-IP", settings.Forwarded.Header);
        Assert.Equal("X-Shop-Key", settings.ApiKeys!.Header);
        Assert.Equal("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", settings.ApiKeys.Hashes["vip-42"]);
    }

    [Fact]
    public void Json_says_what_yaml_says() => Assert.Equal(Read.Describe(Read.Yaml(Yaml)), Read.Describe(Read.Yaml(Json)));

    [Fact]
    public void A_section_says_what_yaml_says()
    {
        // Sections are sorted by name; the order of policies means nothing.
        PolicySettings yaml = Read.Yaml(Yaml);
        yaml = yaml with { Policies = [.. yaml.Policies.OrderBy(policy => policy.Name, StringComparer.Ordinal)] };
        Assert.Equal(Read.Describe(yaml), Read.Describe(Read.JsonSection(Json)));
    }

    [Fact]
    public void A_byte_order_mark_changes_nothing() => Assert.Equal(Read.Describe(Read.Yaml(Json)), Read.Describe(Read.Yaml("\uFEFF" + Json)));

    [Theory]
    [InlineData("on", "on")]
    [InlineData("yes", "yes")]
    [InlineData("'null'", "null")]
    [InlineData("0x10", "0x10")]
    [InlineData("1e3", "1e3")]
    [InlineData("\"1:30\"", "1:30")]
    public void Names_are_text_whatever_yaml_would_make_of_them(string written, string name) =>
        Assert.Equal(name, Assert.Single(Read.Yaml($"policies: {{ {written}: {{ limits: 'fixed_window(permits=1, window=1s)' }} }}").Policies).Name);

    [Fact]
    public void Sections_that_are_empty_say_nothing()
    {
        PolicySettings settings = Read.Yaml("policies:\nroutes:\nstore:\nforwarded: ~\napi_keys: null\n");
        Assert.Empty(settings.Policies);
        Assert.Empty(settings.Routes);
        Assert.Null(settings.Store);
        Assert.Null(settings.Forwarded);
        Assert.Null(settings.ApiKeys);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0s")]
    public void No_wait_can_be_written(string wait) => Assert.Equal(TimeSpan.Zero, Read.Yaml($"policies: {{ a: {{ limits: 'fixed_window(permits=1, window=1s)', max_wait: {wait} }} }}").Policies[0].MaxWait);
}
