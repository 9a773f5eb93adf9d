namespace Headgate.Extensions.Configuration;

/// <summary>Every field that there is.</summary>
internal static class ConfigurationFields
{
    public static IReadOnlyList<ConfigurationField> All { get; } =
    [
        new("policies", FieldType.Named, "at most 10,000; names of 1 to 100 printable ASCII characters without \" and \\", "none",
            "The policies, by name. The name owns what was consumed: give it another name, and everybody starts anew.", "{ public-api: { limits: \"token_bucket(capacity=100, refill=10/s)\" } }"),
        new("policies.*.key", FieldType.Texts, "1 to 8 of api_key, user, ip, tenant, global, header:NAME, claim:NAME, route:NAME, query:NAME, custom:NAME; several that count together with +",
            "[api_key, user, ip]", "How callers are told apart: the first that identifies the caller.", "[\"header:X-Client\", ip]"),
        new("policies.*.limits", FieldType.Texts, "1 to 32 limits as text", "required", "What is enforced, as one decision: all or none is charged.", "[\"token_bucket(capacity=100, refill=10/s)\", \"fixed_window(permits=10000, window=1d)\"]"),
        new("policies.*.cost", FieldType.Cost, "0 to 1,000,000,000,000,000 permits, or header:NAME of a header that only trusted callers can set", "1", "What a request costs.", "header:X-Cost"),
        new("policies.*.on_store_failure", FieldType.Mode, "open, closed or local", "as the store says", "What answers while the store cannot.", "local"),
        new("policies.*.shadow", FieldType.Truth, "true or false", "false", "Computed and reported, never enforced.", "true"),
        new("policies.*.max_wait", FieldType.Duration, "0 to 1h", "0", "How long a request may wait for its permits, and for its turn in a leaky bucket. With 0 it never waits: it is refused at once, or admitted at once, by a leaky bucket too.", "500ms"),
        new("policies.*.queue_limit", FieldType.Number, "0 to 1,000,000 requests", "1000", "The most that may wait at once, over all callers.", "100"),
        new("policies.*.overrides", FieldType.Named, "at most 100,000; each as limits", "none",
            "Limits of single callers in place of everybody's, by source and value, or by a value whatever source it comes from.", "{ \"api_key:vip-42\": \"token_bucket(capacity=1000, refill=100/s)\", \"user:eve\": \"fixed_window(permits=1, window=1min)\" }"),
        new("policies.*.exempt", FieldType.Fields, "the three fields below", "nothing", "What the policy does not apply to.", "{ methods: OPTIONS }"),
        new("policies.*.exempt.paths", FieldType.Texts, "at most 1,000 patterns that begin with /", "none", "Paths: * stands for one segment, ** for any number.", "[/health/*]"),
        new("policies.*.exempt.methods", FieldType.Texts, "at most 1,000 request methods", "none", "Request methods, exactly these: GET does not cover HEAD.", "[OPTIONS, HEAD]"),
        new("policies.*.exempt.keys", FieldType.Texts, "at most 1,000 values of 1 to 1,024 characters", "none", "Callers, as overrides name them.", "[\"api_key:monitor\", \"ip:192.0.2.10\"]"),
        new("routes", FieldType.Items, "at most 10,000", "none", "Which policies apply where; the first match counts.", "[{ match: { path: \"/v1/**\" }, policies: public-api }]"),
        new("routes[].match", FieldType.Fields, "the two fields below", "every request", "Which requests.", "{ path: \"/v1/orders/**\", methods: POST }"),
        new("routes[].match.path", FieldType.Text, "a pattern of at most 1,024 characters that begins with /", "/**", "The path: * stands for one segment, ** for any number. Case does not matter.", "/v1/orders/**"),
        new("routes[].match.methods", FieldType.Texts, "at most 1,000 request methods", "any", "Request methods. GET covers HEAD too.", "[POST, PUT]"),
        new("routes[].policies", FieldType.Texts, "at most 32 names of policies; [] for none", "required", "The policies, as one decision, with those of the endpoint.", "[public-api]"),
        new("routes[].also", FieldType.Truth, "true or false", "false", "True to look on for further routes after this one matched.", "true"),
        new("routes[].cost", FieldType.Cost, "as in a policy", "what the policies say", "What a request costs here.", "5"),
        new("store", FieldType.Fields, "the three fields below", "the memory of the process", "Where the state lives. Read when the application starts.", "{ redis: \"127.0.0.1:6379\" }"),
        new("store.redis", FieldType.Text, "host:port,option=value,... as StackExchange.Redis reads it", "the memory of the process", "The addresses of Redis. Needs Headgate.Redis and UseRedis().", "127.0.0.1:6379"),
        new("store.prefix", FieldType.Text, "1 to 64 printable ASCII characters without space, colon and braces", "hg", "What all keys in Redis begin with.", "shop"),
        new("store.timeout", FieldType.Duration, "1ms to 1min", "100ms", "The longest a decision waits for Redis; then on_store_failure answers.", "50ms"),
        new("forwarded", FieldType.Fields, "the four fields below", "nobody is trusted", "Whose word counts on where a request comes from.", "{ trusted_proxies: 10.0.0.0/8 }"),
        new("forwarded.trusted_proxies", FieldType.Texts, "at most 10,000 addresses or networks", "none", "Networks of proxies whose header is believed.", "[10.0.0.0/8, \"fd00::/8\"]"),
        new("forwarded.ipv6_prefix", FieldType.Number, "32 to 128 bits", "64", "How many leading bits of an IPv6 address make a caller.", "56"),
        new("forwarded.ipv4_prefix", FieldType.Number, "8 to 32 bits", "32", "How many leading bits of an IPv4 address make a caller.", "24"),
        new("forwarded.header", FieldType.Text, "the name of a header", "X-Forwarded-For", "The one header that the proxies write, or Forwarded (RFC 7239).", "X-Real-IP"),
        new("api_keys", FieldType.Fields, "the two fields below", "none", "API keys that identify callers.", "{ header: X-Api-Key }"),
        new("api_keys.header", FieldType.Text, "the name of a header", "X-Api-Key", "The request header that carries the secret.", "X-Shop-Key"),
        new("api_keys.keys", FieldType.Named, "at most 100,000 SHA-256 hashes of 64 hexadecimal digits; none twice", "none",
            "The SHA-256 of each secret, by the caller's name. printf %s SECRET | sha256sum prints it.", "{ vip-42: 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b }"),
    ];

    private static readonly ILookup<string, string> Names = All.ToLookup(field => field.Parent, field => field.Name, StringComparer.Ordinal);

    /// <summary>The names of the fields below a path; empty for those of the whole.</summary>
    public static IEnumerable<string> Of(string path) => Names[path];
}
