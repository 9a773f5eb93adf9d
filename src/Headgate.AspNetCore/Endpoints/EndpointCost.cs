using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore;

/// <summary>What a request to an endpoint costs: a number, what a trusted header says, or what a function finds; settled afterwards where it is known only then. Immutable.</summary>
public sealed record EndpointCost
{
    private EndpointCost()
    {
    }

    /// <summary>A number or a header; null where a function says.</summary>
    public RequestCost? Declared { get; private init; }

    /// <summary>A function of the request; null where a number or a header says.</summary>
    public Func<HttpContext, long>? Of { get; private init; }

    /// <summary>
    /// What the request has cost, asked when its response has ended: what was reserved too much comes back, and what is missing is charged
    /// as far as it is there. Null: what was charged stays.
    /// </summary>
    public Func<HttpContext, long>? Settled { get; private init; }

    /// <summary>True if the cost is settled when the response has ended: by <see cref="Settled"/>, or by <see cref="IHeadgateFeature.Settle"/>.</summary>
    public bool IsReservation { get; private init; }

    /// <summary>A fixed cost: 0 to 10^15.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cost is outside its domain.</exception>
    public static EndpointCost Fixed(long permits) => new() { Declared = RequestCost.Fixed(permits) };

    /// <summary>A cost as a policy declares it: a number, or a header that only trusted callers can set.</summary>
    public static EndpointCost From(RequestCost cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        return new() { Declared = cost };
    }

    /// <summary>The cost that a function finds before the request runs. A negative one or one above 10^15 is an error of the function: status 500.</summary>
    public static EndpointCost From(Func<HttpContext, long> cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        return new() { Of = cost };
    }

    /// <summary>The same cost as a reservation, which the endpoint settles with <see cref="IHeadgateFeature.Settle"/>; what it does not say stays charged.</summary>
    public EndpointCost AsReservation() => this with { IsReservation = true };

    /// <summary>The same cost as a reservation, settled when the response has ended.</summary>
    /// <param name="settled">What the request has cost; negative counts as 0.</param>
    public EndpointCost SettledBy(Func<HttpContext, long> settled)
    {
        ArgumentNullException.ThrowIfNull(settled);
        return this with { Settled = settled, IsReservation = true };
    }
}
