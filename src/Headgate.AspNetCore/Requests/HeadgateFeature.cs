using Headgate.Extensions;

namespace Headgate.AspNetCore.Requests;

/// <summary>A request that was decided about, for whoever comes later in the pipeline.</summary>
internal sealed class HeadgateFeature(Decision decision, string[] policies) : IHeadgateFeature
{
    public Decision Decision => decision;

    public IReadOnlyList<string> Policies => policies;

    /// <summary>What the application said that the request has cost; null if it did not.</summary>
    public long? Settled { get; private set; }

    public void Settle(long cost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        Settled = Math.Min(cost, RequestCost.MaxCost);
    }
}
