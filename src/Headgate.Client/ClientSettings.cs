using System.Net;

namespace Headgate.Client;

/// <summary>Options that were checked, as they were when the client was built. Immutable.</summary>
internal sealed class ClientSettings
{
    private const int MaxEndpoints = 16;
    private const int MaxKeyLength = 512;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    /// <exception cref="ArgumentException">An option is outside its domain.</exception>
    public ClientSettings(HeadgateClientOptions options, Uri? baseAddress)
    {
        Check(options);
        Uri[] endpoints = options.Endpoints.Count > 0 ? [.. options.Endpoints] : baseAddress is null ? [] : [baseAddress];
        if (endpoints.Length is 0 or > MaxEndpoints)
        {
            throw new ArgumentException(
                $"Endpoints has {endpoints.Length} addresses; it must have 1 to {MaxEndpoints}. Add the address of the service, such as http://127.0.0.1:5000, or set the HTTP client's BaseAddress.",
                nameof(options));
        }

        ApiKey = CheckKey(options.ApiKey);
        foreach (Uri endpoint in endpoints) CheckEndpoint(endpoint, ApiKey is not null && !options.AllowApiKeyOverHttp);
        Endpoints = endpoints;
        Timeout = options.Timeout;
        ConfigurationTimeout = options.ConfigurationTimeout;
        MaxRetries = options.MaxRetries;
        RetryDelay = options.RetryDelay;
        RetryRejected = options.RetryRejected;
        FailureMode = options.FailureMode;
        LocalLimit = options.LocalLimit;
        BreakAfter = options.BreakAfter;
        BreakDuration = options.BreakDuration;
        MaxBreakDuration = options.MaxBreakDuration;
        DenyCacheSize = options.DenyCacheSize;
        DenyCacheMaxAge = options.DenyCacheMaxAge;
        Clock = options.TimeProvider ?? TimeProvider.System;
    }

    public Uri[] Endpoints { get; }

    public string? ApiKey { get; }

    public TimeSpan Timeout { get; }

    public TimeSpan ConfigurationTimeout { get; }

    public int MaxRetries { get; }

    public TimeSpan RetryDelay { get; }

    public bool RetryRejected { get; }

    public FailureMode FailureMode { get; }

    public Limit? LocalLimit { get; }

    public int BreakAfter { get; }

    public TimeSpan BreakDuration { get; }

    public TimeSpan MaxBreakDuration { get; }

    public int DenyCacheSize { get; }

    public TimeSpan DenyCacheMaxAge { get; }

    public TimeProvider Clock { get; }

    /// <summary>What can be told before the addresses are known.</summary>
    /// <exception cref="ArgumentException">An option is outside its domain.</exception>
    public static void Check(HeadgateClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Within(nameof(options.Timeout), options.Timeout, Shortest, Hour);
        Within(nameof(options.ConfigurationTimeout), options.ConfigurationTimeout, Shortest, Hour);
        Within(nameof(options.MaxRetries), options.MaxRetries, 0, 10);
        Within(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Within(nameof(options.BreakAfter), options.BreakAfter, 1, 1_000);
        Within(nameof(options.BreakDuration), options.BreakDuration, Shortest, Hour);
        Within(nameof(options.MaxBreakDuration), options.MaxBreakDuration, options.BreakDuration, Hour);
        Within(nameof(options.DenyCacheSize), options.DenyCacheSize, 0, 1_000_000);
        Within(nameof(options.DenyCacheMaxAge), options.DenyCacheMaxAge, TimeSpan.FromTicks(1), Hour);
        Within(nameof(options.ConnectTimeout), options.ConnectTimeout, Shortest, Hour);
        Within(nameof(options.PooledConnectionLifetime), options.PooledConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        if (!Enum.IsDefined(options.FailureMode))
            throw new ArgumentOutOfRangeException(nameof(options), options.FailureMode, $"FailureMode is {options.FailureMode}; it must be Open, Closed or Local.");
    }

    private static void Within<T>(string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {least} to {most}.");
    }

    private static void CheckEndpoint(Uri endpoint, bool hasSecret)
    {
        if (endpoint is not { IsAbsoluteUri: true } || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"The endpoint {endpoint} is not an absolute http or https address. Write it as https://headgate.example.com:5000.");
        if (endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0 || endpoint.UserInfo.Length > 0)
            throw new ArgumentException($"The endpoint on {endpoint.Host} has a query, a fragment or a user in it; it must have none. Give a key by ApiKey.");
        if (hasSecret && endpoint.Scheme == Uri.UriSchemeHttp && !IsThisMachine(endpoint))
        {
            throw new ArgumentException(
                $"ApiKey would be sent to {endpoint.Authority} over plain http, where others can read it. Use https, or set AllowApiKeyOverHttp if the network in between is your own.");
        }
    }

    private static bool IsThisMachine(Uri endpoint) =>
        endpoint.IsLoopback || (IPAddress.TryParse(endpoint.DnsSafeHost, out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>The message never has the key in it.</summary>
    private static string? CheckKey(string? key)
    {
        if (key is null) return null;
        if (key.Length is 0 or > MaxKeyLength || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException($"ApiKey has {key.Length} characters, or one that is not printable ASCII; it must have 1 to {MaxKeyLength} without spaces. Use the key as the service showed it.");
        return key;
    }
}
