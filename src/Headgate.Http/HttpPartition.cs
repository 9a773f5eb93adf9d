using System.Collections.Concurrent;
using System.Text;

namespace Headgate.Http;

/// <summary>Partition keys of outgoing requests, for <see cref="HeadgateHandlerOptions.PartitionKey"/>. Thread-safe.</summary>
public static class HttpPartition
{
    /// <summary>Texts kept so that they are not made again for each request; further ones are made each time.</summary>
    private const int MostTexts = 10_000;

    private static readonly ConcurrentDictionary<(string Host, int Port), string> Texts = new();
    private static int _count;

    /// <summary>
    /// By the host that the request goes to, and its port where that is not the scheme's own: <c>api.example.com</c>,
    /// <c>localhost:5001</c>. <c>http</c> and <c>https</c> on their own ports are one. Allocates nothing for a host seen before.
    /// </summary>
    public static Func<HttpRequestMessage, string> ByHost { get; } = static request => HostOf(request.RequestUri);

    /// <summary>One key for every request of the client.</summary>
    public static Func<HttpRequestMessage, string> One { get; } = static _ => "";

    private static string HostOf(Uri? uri)
    {
        if (uri is null || !uri.IsAbsoluteUri) return "";
        string host = uri.Host;
        if (!Ascii.IsValid(host)) host = uri.IdnHost;
        return uri.IsDefaultPort ? host : WithPort(host, uri.Port);
    }

    private static string WithPort(string host, int port)
    {
        if (Texts.TryGetValue((host, port), out string? known)) return known;
        string text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{host}:{port}");
        if (Volatile.Read(ref _count) < MostTexts && Texts.TryAdd((host, port), text)) Interlocked.Increment(ref _count);
        return text;
    }
}
