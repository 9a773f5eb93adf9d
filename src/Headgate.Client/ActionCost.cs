namespace Headgate.Client;

/// <summary>One action of a check of several. An immutable value.</summary>
/// <param name="Action">action_type: 1 to 128 UTF-16 characters.</param>
/// <param name="Cost">Permits to take, 0 or more; 1 by default.</param>
public readonly record struct ActionCost(string Action, long Cost = 1)
{
    /// <inheritdoc cref="CheckRequest.MaxRequests"/>
    public long? MaxRequests { get; init; }

    /// <inheritdoc cref="CheckRequest.Window"/>
    public TimeSpan? Window { get; init; }
}
