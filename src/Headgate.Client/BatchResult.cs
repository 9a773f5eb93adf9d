namespace Headgate.Client;

/// <summary>The answer to one check of a batch: a result, or why the service refused this one. An immutable value.</summary>
public readonly record struct BatchResult
{
    /// <summary>The result; a denial where <see cref="Refusal"/> is there.</summary>
    public CheckResult Result { get; init; }

    /// <summary>Why this check must be put differently; null if it was decided. The others of the batch were.</summary>
    public HeadgateClientException? Refusal { get; init; }

    /// <summary>True if it was decided and admitted.</summary>
    public bool IsAllowed => Result.IsAllowed;
}
