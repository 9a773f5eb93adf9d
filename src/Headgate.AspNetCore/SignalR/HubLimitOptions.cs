using Headgate.AspNetCore.SignalR;
using Headgate.Extensions;

namespace Headgate.AspNetCore;

/// <summary>Which policies apply to hubs, beside what <see cref="HubLimitAttribute"/> says. Not thread-safe; for start-up.</summary>
public sealed class HubLimitOptions
{
    private readonly List<HubCharge> _everywhere = [];
    private readonly List<(string Method, HubCharge Charge)> _methods = [];
    private readonly List<HubCharge> _connecting = [];

    internal IReadOnlyList<HubCharge> Everywhere => _everywhere;

    internal IReadOnlyList<(string Method, HubCharge Charge)> Methods => _methods;

    internal IReadOnlyList<HubCharge> Connecting => _connecting;

    /// <summary>Applies a policy to every method of every hub.</summary>
    /// <param name="policy">The name of the policy.</param>
    /// <param name="key">Whose permits.</param>
    /// <param name="perMethod">True for permits of its own for each method.</param>
    /// <param name="cost">Permits an invocation: 0 to 10^15.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cost is outside its domain.</exception>
    public HubLimitOptions Limit(string policy, HubKey key = HubKey.User, bool perMethod = false, long cost = 1)
    {
        _everywhere.Add(ChargeOf(policy, key, perMethod, cost));
        return this;
    }

    /// <summary>Applies a policy to methods by name; with the same policy and key it takes the place of one that is said elsewhere.</summary>
    /// <param name="method">The method as clients call it, of any hub (<c>Send</c>) or of one (<c>ChatHub.Send</c>). Case does not matter.</param>
    /// <param name="policy">The name of the policy.</param>
    /// <param name="key">Whose permits.</param>
    /// <param name="perMethod">True for permits of its own for each method.</param>
    /// <param name="cost">Permits an invocation: 0 to 10^15.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cost is outside its domain.</exception>
    public HubLimitOptions LimitMethod(string method, string policy, HubKey key = HubKey.User, bool perMethod = false, long cost = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        _methods.Add((method, ChargeOf(policy, key, perMethod, cost)));
        return this;
    }

    /// <summary>
    /// Applies a policy to connecting. Callers are told apart as the policy says, by the request that opened the connection; a concurrency
    /// limit is held until the connection ends.
    /// </summary>
    /// <param name="policy">The name of the policy.</param>
    public HubLimitOptions LimitConnections(string policy)
    {
        HubCharge charge = ChargeOf(policy, HubKey.User, perMethod: false, cost: 1);
        if (!_connecting.Contains(charge)) _connecting.Add(charge);
        return this;
    }

    private static HubCharge ChargeOf(string policy, HubKey key, bool perMethod, long cost)
    {
        ArgumentException.ThrowIfNullOrEmpty(policy);
        if (cost is < 0 or > RequestCost.MaxCost)
            throw new ArgumentOutOfRangeException(nameof(cost), cost, $"cost is {cost}; it must be between 0 and {RequestCost.MaxCost}. Use 0 for what costs nothing.");
        return new HubCharge(policy, key, perMethod, cost);
    }
}
