using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Headgate.Server.Hosting;

/// <summary>What the server takes from a connection before any route sees it: sizes, times, rates, numbers.</summary>
internal sealed class KestrelBounds(ServeOptions options, Connections connections) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>Bytes of method, target and version. The longest ids, each character as nine of percent-encoding, need 4,700.</summary>
    public const int MaxRequestLine = 8 * 1024;

    public const int MaxHeaderCount = 64;

    /// <summary>Bytes of all header fields of a request.</summary>
    public const int MaxHeaderBytes = 16 * 1024;

    /// <summary>Bytes of a body, for the route that takes most (import). Each route has its own bound below.</summary>
    public const long MaxBody = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes a second that a body must come, and an answer be taken, after <see cref="Grace"/>. What waits in buffers for a caller who does not read is cut
    /// after 64 KiB / 4 KiB/s + 5 s = 21 s.
    /// </summary>
    public const double MinBytesPerSecond = 4096;

    public const int MaxStreams = 100;

    /// <summary>How long the rate may be below the least: a network that stutters is no attack.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxRequestLineSize = MaxRequestLine;
        limits.MaxRequestHeaderCount = MaxHeaderCount;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestBodySize = MaxBody;
        limits.RequestHeadersTimeout = options.HeaderTimeout;
        limits.KeepAliveTimeout = options.KeepAliveTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(MinBytesPerSecond, Grace);
        limits.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, Grace);
        limits.Http2.MaxStreamsPerConnection = MaxStreams;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => connections.ServeAsync(connection, next)));
    }
}
