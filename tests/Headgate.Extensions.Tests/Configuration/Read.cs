using System.Text;
using Headgate.Extensions.Configuration;
using Microsoft.Extensions.Configuration;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>Reads configurations, and writes settings down so that they can be compared.</summary>
internal static class Read
{
    public static PolicySettings Yaml(string text) => Bytes(Encoding.UTF8.GetBytes(text)).Settings;

    public static ConfigurationReading Bytes(byte[] bytes) => FileSource.Read("headgate.yaml", bytes);

    public static PolicySettings JsonSection(string json)
    {
        IConfiguration root = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($"{{\"Headgate\":{json}}}"))).Build();
        return Section(root);
    }

    public static PolicySettings Section(IConfiguration root) => SettingsReader.Read(SectionNodes.Read(root.GetSection("Headgate"))).Settings;

    public static HeadgateConfigurationError Error(string yaml) => Assert.Single(Errors(yaml));

    public static IReadOnlyList<HeadgateConfigurationError> Errors(string yaml) => Assert.Throws<HeadgateConfigurationException>(() => Yaml(yaml)).Errors;

    public static string Describe(PolicySettings settings)
    {
        StringBuilder all = new();
        foreach (RateLimitPolicy policy in settings.Policies)
        {
            all.AppendLine($"{policy.Name}: {policy.Key} {policy.Limit} {policy.Cost} {policy.OnStoreFailure} {policy.Shadow} {policy.MaxWait} {policy.QueueLimit}");
            foreach ((string key, Limit limit) in policy.Overrides.OrderBy(one => one.Key, StringComparer.Ordinal)) all.AppendLine($"  {key} {limit}");
            all.AppendLine($"  {string.Join(',', policy.Exempt.Paths)} {string.Join(',', policy.Exempt.Methods)} {string.Join(',', policy.Exempt.Keys)}");
        }

        foreach (RateLimitRoute route in settings.Routes) all.AppendLine($"{route.Path} {string.Join(',', route.Methods)} {string.Join(',', route.Policies)} {route.Also} {route.Cost}");
        if (settings.Store is { } store) all.AppendLine($"{store.Redis} {store.Prefix} {store.Timeout}");
        if (settings.Forwarded is { } forwarded) all.AppendLine($"{string.Join(',', forwarded.TrustedProxies)} {forwarded.Ipv4Prefix} {forwarded.Ipv6Prefix} {forwarded.Header}");
        if (settings.ApiKeys is { } keys) all.AppendLine($"{keys.Header} {string.Join(',', keys.Hashes.OrderBy(one => one.Key, StringComparer.Ordinal))}");
        return all.ToString();
    }
}
