namespace Headgate.Cli.Check;

/// <summary>What a check was asked to do.</summary>
internal sealed record CheckOptions
{
    public const int MostRepeats = 1_000_000;

    public required string Key { get; init; }

    public required Limit Limit { get; init; }

    public long Cost { get; init; } = 1;

    /// <summary>True to ask without taking.</summary>
    public bool Peek { get; init; }

    public int Repeat { get; init; } = 1;

    /// <summary>The namespace of the state: a policy's or limiter's name; null for the unnamed one.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null to decide in memory.</summary>
    public RedisArgument? Redis { get; init; }

    public string? Prefix { get; init; }

    public TimeSpan Timeout { get; init; }

    public bool ReadableKeys { get; init; }

    public bool ShowKeys { get; init; }

    public CheckStyle Style { get; init; }

    public Charge Charge => new(Key, Limit, Cost) { Namespace = Namespace };
}

/// <summary>What is printed.</summary>
internal enum CheckStyle
{
    /// <summary>Everything, for a person.</summary>
    Text,

    /// <summary>A JSON object a line.</summary>
    Json,

    /// <summary>One word a decision.</summary>
    Quiet,
}
