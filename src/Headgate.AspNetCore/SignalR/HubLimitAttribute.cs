using Headgate.Extensions;

namespace Headgate.AspNetCore;

/// <summary>
/// Limits a method of a hub, or every method of it. All policies that apply to an invocation are one decision. One on the method takes the
/// place of one on the hub with the same policy and key.
/// </summary>
/// <param name="policy">The name of a policy.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class HubLimitAttribute(string policy) : Attribute
{
    /// <summary>The name of the policy.</summary>
    public string Policy { get; } = policy ?? throw new ArgumentNullException(nameof(policy));

    /// <summary>Whose permits: the user's by default.</summary>
    public HubKey Key { get; init; }

    /// <summary>True for permits of its own for each method; false (the default) for one count over all methods.</summary>
    public bool PerMethod { get; init; }

    /// <summary>Permits an invocation: 0 to 10^15; 1 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its domain.</exception>
    public long Cost
    {
        get;
        init => field = value is >= 0 and <= RequestCost.MaxCost
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Cost), value, $"Cost is {value}; it must be between 0 and {RequestCost.MaxCost}. Use 0 for what costs nothing.");
    } = 1;
}
