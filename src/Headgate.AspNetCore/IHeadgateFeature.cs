namespace Headgate.AspNetCore;

/// <summary>
/// What was decided about a request: <c>context.Features.Get&lt;IHeadgateFeature&gt;()</c>, where <see cref="HeadgateOptions.ExposeDecision"/> is
/// set or the cost is a reservation. For the request's own thread of work.
/// </summary>
public interface IHeadgateFeature
{
    /// <summary>The decision over all policies.</summary>
    Decision Decision { get; }

    /// <summary>Names of the policies that were charged.</summary>
    IReadOnlyList<string> Policies { get; }

    /// <summary>
    /// Says what the request has cost of the policies whose cost is a reservation: when the response has ended, what
    /// was reserved too much comes back, and what is missing is charged as far as it is there. The last call counts.
    /// </summary>
    /// <param name="cost">Permits, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cost is negative.</exception>
    void Settle(long cost);
}
