namespace Headgate.Extensions;

/// <summary>What a policy does not apply to. Immutable.</summary>
public sealed record PolicyExemptions
{
    /// <summary>The most entries of each list: 1,000.</summary>
    public const int MaxEntries = 1_000;

    /// <summary>Nothing is exempt.</summary>
    public static PolicyExemptions None { get; } = new();

    /// <summary>Path patterns: <c>/health/*</c> (one segment), <c>/static/**</c> (any number). Case does not matter.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Request methods: <c>OPTIONS</c>. Case does not matter.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Callers, by the value that identifies them (<c>monitor</c>) or with its source (<c>user:monitor</c>).</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Equal when the lists are.</summary>
    public bool Equals(PolicyExemptions? other) =>
        other is not null && Paths.SequenceEqual(other.Paths) && Methods.SequenceEqual(other.Methods) && Keys.SequenceEqual(other.Keys);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Paths.Count, Methods.Count, Keys.Count);
}
