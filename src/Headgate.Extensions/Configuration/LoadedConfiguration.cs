namespace Headgate.Extensions.Configuration;

/// <summary>What all sources said when the application started. A configuration that cannot be stops it.</summary>
internal sealed class LoadedConfiguration
{
    private LoadedConfiguration(IReadOnlyList<LoadedSource> sources, StoreSettings? store, HeadgateConfigurationError? redisPlace) =>
        (Sources, Store, RedisPlace) = (sources, store, redisPlace);

    /// <summary>In the order in which they were named: a later one goes above an earlier one.</summary>
    public IReadOnlyList<LoadedSource> Sources { get; }

    /// <summary>The store that was asked for; null if nobody did.</summary>
    public StoreSettings? Store { get; }

    /// <summary>Where <see cref="StoreSettings.Redis"/> stands; null if nowhere.</summary>
    public HeadgateConfigurationError? RedisPlace { get; }

    public IReadOnlyList<(string, PolicySettings)> Layers => [.. Sources.Select(source => (source.Layer, source.Reading.Settings))];

    /// <param name="sources">Where from.</param>
    /// <param name="code">What the code says.</param>
    /// <param name="wiring">Who asks for the store of the configuration.</param>
    /// <exception cref="HeadgateConfigurationException">Something in it cannot be.</exception>
    public static LoadedConfiguration Load(IReadOnlyList<IPolicySource> sources, PolicySettings code, StoreWiring wiring)
    {
        ConfigurationErrors errors = new();
        List<LoadedSource> loaded = [];
        foreach (IPolicySource source in sources)
        {
            try
            {
                SourceContent? content = source.Look();
                if (content is null && !source.IsOptional)
                    throw new HeadgateConfigurationException([new(source.Name, null, null, "", "the file is not there. Check the path, or add it as optional.")]);
                // Where two are the same their places keep them apart.
                loaded.Add(new LoadedSource(source, $"{loaded.Count}:{source.Name}") { Hash = content?.Hash, Reading = content?.Read() ?? ConfigurationReading.Nothing });
            }
            catch (HeadgateConfigurationException e)
            {
                errors.AddRange(e.Errors);
            }
        }

        errors.ThrowIfAny();
        HashSet<string> known = [.. code.Policies.Concat(loaded.SelectMany(one => one.Reading.Settings.Policies)).Select(policy => policy.Name)];
        foreach (LoadedSource source in loaded) errors.AddRange(PolicyReferences.Unknown(source.Reading, known));
        HeadgateConfigurationError? redis = loaded.FindLast(one => one.Reading.RedisPlace is not null)?.Reading.RedisPlace;
        if (redis is not null && wiring == StoreWiring.None)
            errors.AddRange([redis with { Message = "the configuration asks for Redis, and the application does not use it. Reference the package Headgate.Redis and call UseRedis() on what AddHeadgate() returns, or leave the field out." }]);
        if (redis is not null && wiring == StoreWiring.OwnConnection)
            errors.AddRange([redis with { Message = "the configuration names a Redis, and the application gives UseRedis a connection of its own. Call UseRedis() without one, or leave the field out." }]);
        errors.ThrowIfAny();
        return new LoadedConfiguration(loaded, Merge(loaded.Select(one => one.Reading.Settings.Store)), redis);
    }

    /// <summary>Of each field the last word.</summary>
    public static StoreSettings? Merge(IEnumerable<StoreSettings?> all)
    {
        StoreSettings? merged = null;
        foreach (StoreSettings one in all.OfType<StoreSettings>())
        {
            merged = merged is null ? one : new StoreSettings { Redis = one.Redis ?? merged.Redis, Prefix = one.Prefix ?? merged.Prefix, Timeout = one.Timeout ?? merged.Timeout };
        }

        return merged;
    }
}

/// <summary>A source and what of it is in force. Changed by the one who watches.</summary>
/// <param name="source">The source.</param>
/// <param name="layer">What its layer is called.</param>
internal sealed class LoadedSource(IPolicySource source, string layer)
{
    public IPolicySource Source { get; } = source;

    public string Layer { get; } = layer;

    /// <summary>Of the content in force; null if there was none.</summary>
    public string? Hash { get; set; }

    public required ConfigurationReading Reading { get; set; }

    /// <summary>The content that was refused last, so that it is said once; null if none was.</summary>
    public string? RefusedHash { get; set; }
}

/// <summary>How the application chose its store.</summary>
internal enum StoreWiring
{
    /// <summary>The memory of the process, or a store of its own.</summary>
    None,

    /// <summary>Redis, on a connection of the application's.</summary>
    OwnConnection,

    /// <summary>Redis, where the configuration says.</summary>
    Configured,
}
