namespace Headgate.Extensions.Configuration;

/// <summary>Reads one policy.</summary>
internal sealed class PolicyReader(FieldReader reader)
{
    private const string Path = "policies.*";
    private const int MaxKeyLength = 1_024;

    public RateLimitPolicy? Read(ConfigurationNode node)
    {
        int before = reader.Errors.Count;
        IReadOnlyDictionary<string, ConfigurationNode> fields = reader.Fields(node, Path);
        Limit? limit = null;
        if (fields.TryGetValue("limits", out ConfigurationNode? limits)) limit = Limits(limits);
        else reader.Errors.AddName(node, $"the policy '{Printable.Of(node.Name)}' has no limits; it must have 1 to {LimitBounds.MaxLimitsInComposite}. Write 'limits: \"token_bucket(capacity=100, refill=10/s)\"'.");
        // The name is checked with any limit, so that both are complained of.
        RateLimitPolicy? policy = reader.Try(node, () => new RateLimitPolicy(node.Name, limit ?? Limit.FixedWindow(1, TimeSpan.FromSeconds(1))));
        policy = policy is null ? null : With(policy, fields);
        return reader.Errors.Count == before ? policy : null;
    }

    /// <summary>A number of permits, or a header.</summary>
    public static RequestCost? Cost(FieldReader reader, ConfigurationNode node) => reader.Parse(node, RequestCost.Parse);

    private RateLimitPolicy? With(RateLimitPolicy policy, IReadOnlyDictionary<string, ConfigurationNode> fields)
    {
        if (fields.TryGetValue("key", out ConfigurationNode? key)) policy = policy with { Key = Key(key) ?? policy.Key };
        if (fields.TryGetValue("cost", out ConfigurationNode? cost)) policy = policy with { Cost = Cost(reader, cost) ?? policy.Cost };
        if (fields.TryGetValue("on_store_failure", out ConfigurationNode? mode)) policy = policy with { OnStoreFailure = reader.Mode(mode) };
        if (fields.TryGetValue("shadow", out ConfigurationNode? shadow)) policy = policy with { Shadow = reader.Truth(shadow) ?? false };
        if (fields.TryGetValue("max_wait", out ConfigurationNode? wait)) policy = policy with { MaxWait = reader.Duration(wait, TimeSpan.Zero, TimeSpan.FromHours(1)) ?? default };
        if (fields.TryGetValue("queue_limit", out ConfigurationNode? queue)) policy = policy with { QueueLimit = reader.Number(queue, 0, LimiterOptions.MostMaxWaiters) ?? policy.QueueLimit };
        if (fields.TryGetValue("exempt", out ConfigurationNode? exempt)) policy = policy with { Exempt = Exemptions(exempt) };
        return fields.TryGetValue("overrides", out ConfigurationNode? overrides) ? Overrides(policy, overrides) : policy;
    }

    private KeySelector? Key(ConfigurationNode node)
    {
        string[] parts = reader.Texts(node, KeySelector.MaxParts);
        return reader.Try(node, () => KeySelector.Parse(parts));
    }

    private Limit? Limits(ConfigurationNode node)
    {
        int before = reader.Errors.Count;
        if (node.Kind == NodeKind.Map && !node.Origin.IsLoose)
        {
            reader.Errors.Add(node, "a group of fields stands here; there must be limits as text. Write \"token_bucket(capacity=100, refill=10/s)\".");
            return null;
        }

        Limit[] limits = [.. reader.Items(node, LimitBounds.MaxLimitsInComposite).Select(item => reader.Parse(item, Limit.Parse)).OfType<Limit>()];
        if (reader.Errors.Count > before) return null;
        if (limits.Length == 0) reader.Errors.Add(node, $"there are no limits; there must be 1 to {LimitBounds.MaxLimitsInComposite}. Write a limit such as 'token_bucket(capacity=100, refill=10/s)', or leave the policy out.");
        return limits.Length switch { 0 => null, 1 => limits[0], _ => reader.Try(node, () => Limit.AllOf(limits)) };
    }

    private PolicyExemptions Exemptions(ConfigurationNode node)
    {
        IReadOnlyDictionary<string, ConfigurationNode> fields = reader.Fields(node, "policies.*.exempt");
        List<string> keys = [];
        foreach (ConfigurationNode key in fields.TryGetValue("keys", out ConfigurationNode? values) ? reader.Items(values, PolicyExemptions.MaxEntries) : [])
        {
            if (reader.Text(key) is { } text && CheckKey(key, text)) keys.Add(text);
        }

        return new PolicyExemptions
        {
            Paths = fields.TryGetValue("paths", out ConfigurationNode? paths) ? [.. reader.Items(paths, PolicyExemptions.MaxEntries).Select(path => SettingsReader.Pattern(reader, path)).OfType<string>()] : [],
            Methods = fields.TryGetValue("methods", out ConfigurationNode? methods) ? SettingsReader.Tokens(reader, methods, "a request method", "OPTIONS") : [],
            Keys = keys,
        };
    }

    private RateLimitPolicy? Overrides(RateLimitPolicy policy, ConfigurationNode node)
    {
        Dictionary<string, Limit> overrides = new(StringComparer.Ordinal);
        foreach ((string key, ConfigurationNode limits) in Callers(node))
        {
            if (CheckKey(limits, key) && Limits(limits) is { } limit) overrides[key] = limit;
        }

        return reader.Try(node, () => policy with { Overrides = overrides });
    }

    /// <summary>In a section a colon in a name parts it: <c>user:eve</c> stands there as <c>eve</c> below <c>user</c>.</summary>
    private IEnumerable<(string Key, ConfigurationNode Limits)> Callers(ConfigurationNode node, string before = "")
    {
        foreach (ConfigurationNode child in reader.Named(node))
        {
            if (child is { Kind: NodeKind.Map, Origin.IsLoose: true } && child.Children.Any(one => !one.Name.All(char.IsAsciiDigit)))
            {
                foreach ((string, ConfigurationNode) below in Callers(child, $"{before}{child.Name}:")) yield return below;
            }
            else
            {
                yield return (before + child.Name, child);
            }
        }
    }

    private bool CheckKey(ConfigurationNode node, string key)
    {
        if (key.Length is > 0 and <= MaxKeyLength && !key.Any(char.IsControl)) return true;
        reader.Errors.Add(node, $"the caller's name has {key.Length} characters; it must have 1 to {MaxKeyLength} and no control characters. Write the value that identifies the caller.");
        return false;
    }
}
