using System.Net;

namespace Headgate.Cli.Soak;

/// <summary>What a soak was asked to do.</summary>
internal sealed record SoakOptions
{
    public required TimeSpan Duration { get; init; }

    /// <summary>Different client ids, asked for one after another, and again from the first.</summary>
    public required long Clients { get; init; }

    /// <summary>Connections at full load.</summary>
    public required int Connections { get; init; }

    /// <summary>Connections that are opened at the start and then say nothing.</summary>
    public required int Idle { get; init; }

    /// <summary>A service that runs; null to start one.</summary>
    public Uri? Url { get; init; }

    /// <summary>The secret of an administrator's key; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>True to decide on a Redis that is killed, stopped and flushed meanwhile.</summary>
    public bool RedisFaults { get; init; }

    /// <summary>Further arguments for the service that is started.</summary>
    public IReadOnlyList<string> ServeArguments { get; init; } = [];

    /// <summary>Where the report goes as markdown; null for the screen alone.</summary>
    public string? Output { get; init; }
}

/// <summary>A service under load: where it listens, and its process if it is one of this machine.</summary>
internal sealed record SoakTarget(IPEndPoint EndPoint, string Host, int? ProcessId);
