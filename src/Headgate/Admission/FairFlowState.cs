namespace Headgate;

/// <summary>A flow of a <see cref="FairGate"/> with callers that wait, as it was at one moment.</summary>
/// <param name="Key">The flow.</param>
/// <param name="Weight">Its weight now.</param>
/// <param name="Queued">How many of it wait; at least 1.</param>
/// <param name="OldestWait">How long the first in its queue has waited.</param>
/// <param name="Deficit">What it has been granted towards the cost of the first in its queue: at least 0, less than that cost.</param>
public readonly record struct FairFlowState(string Key, int Weight, int Queued, TimeSpan OldestWait, double Deficit);
