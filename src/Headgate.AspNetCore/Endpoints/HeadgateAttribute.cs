namespace Headgate.AspNetCore;

/// <summary>Limits a controller, an action, a hub or an endpoint's method by policies: <c>[Headgate("orders", Cost = 5)]</c>.</summary>
/// <remarks>Those of the controller and of the action count together, as one decision with all others.</remarks>
/// <param name="policies">Names of policies. An unknown one stops the application at its start.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class HeadgateAttribute(params string[] policies) : Attribute, IHeadgateMetadata
{
    private readonly long _cost = -1;

    /// <inheritdoc/>
    public IReadOnlyList<string> Policies { get; } = [.. policies];

    /// <summary>What a request costs: 0 to 10^15. Without it, what each policy says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cost is outside its domain.</exception>
    public long Cost
    {
        get => _cost < 0 ? 1 : _cost;
        init => _cost = Headgate.Extensions.RequestCost.Fixed(value).Permits;
    }

    EndpointCost? IHeadgateMetadata.Cost => _cost < 0 ? null : EndpointCost.Fixed(_cost);
}
