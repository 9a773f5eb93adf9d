using System.Runtime.CompilerServices;

namespace Headgate;

/// <summary>Whose turn it is that a caller of a <see cref="FairGate"/> waits for: callers of one key stand in one queue.</summary>
/// <param name="Key">What tells flows apart, compared ordinally: 0 to 1,024 characters.</param>
/// <param name="Weight">
/// The flow's share while several wait, in proportion to the weights of the others: 1 to 1,000. While callers of a flow wait, the weight that
/// the last of them came with holds.
/// </param>
/// <param name="MaxQueue">How many of the flow may wait: 0 to 100,000; null for <see cref="FairGateOptions.MaxQueuePerFlow"/>.</param>
public readonly record struct FairFlow(string Key, int Weight = 1, int? MaxQueue = null)
{
    /// <summary>The most that <see cref="Weight"/> may be: 1,000.</summary>
    public const int MaxWeight = 1_000;

    /// <summary>The longest <see cref="Key"/>, in characters: 1,024.</summary>
    public const int MaxKeyLength = 1_024;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Check()
    {
        if ((uint)(Weight - 1) >= MaxWeight || Key is not { Length: <= MaxKeyLength } || (uint)MaxQueue.GetValueOrDefault() > FairGateOptions.MostMaxQueuePerFlow) Refuse();
    }

    private void Refuse()
    {
        ArgumentNullException.ThrowIfNull(Key);
        if (Key.Length > MaxKeyLength)
            throw new ArgumentException($"Key has {Key.Length} characters; it may have at most {MaxKeyLength}. Use a shorter key, or a hash of it.", nameof(Key));
        if (Weight is < 1 or > MaxWeight)
            throw new ArgumentOutOfRangeException(nameof(Weight), Weight, $"Weight is {Weight}; it must be between 1 and {MaxWeight}. Shares go by the ratio of weights.");
        throw new ArgumentOutOfRangeException(nameof(MaxQueue), MaxQueue,
            $"MaxQueue is {MaxQueue}; it must be between 0 and {FairGateOptions.MostMaxQueuePerFlow}, or null for the gate's own.");
    }
}
