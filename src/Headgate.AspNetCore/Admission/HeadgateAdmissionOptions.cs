using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore;

/// <summary>How many requests run at once, and who gets the next turn when more come. Immutable; read once, when the application starts.</summary>
/// <remarks>
/// The functions are called on the request's thread, and only for a request that finds no place free. They must be thread-safe and quick, and
/// must not block; what one throws, the request throws.
/// </remarks>
public sealed record HeadgateAdmissionOptions
{
    /// <summary>
    /// The bounds to start with: places, queues, time-out. Change them while the application runs by <see cref="FairGate.Configure"/> of the
    /// <see cref="FairGate"/> among the services.
    /// </summary>
    public FairGateOptions Gate { get; init; } = new();

    /// <summary>Whose queue a request stands in: by API key, else user, else address, unless said otherwise. Whom nothing identifies share one.</summary>
    public KeySelector Key { get; init; } = KeySelector.Default;

    /// <summary>
    /// Whose queue a request stands in, in place of <see cref="Key"/>: any text; null for a request that nothing identifies. Null (the
    /// default) for the key.
    /// </summary>
    public Func<HttpContext, string?>? FlowOf { get; init; }

    /// <summary>The share of a request's flow against the others that wait: 1 to 1,000, a number outside counts as the nearest. Null: 1 for all.</summary>
    public Func<HttpContext, int>? WeightOf { get; init; }

    /// <summary>How many turns a request takes: 1 to 64, a number outside counts as the nearest. Null: 1 for all.</summary>
    public Func<HttpContext, int>? CostOf { get; init; }

    /// <summary>Requests that neither take a place nor wait: by path and method. Nothing by default. Keys are not looked at.</summary>
    public PolicyExemptions Exempt { get; init; } = PolicyExemptions.None;

    /// <summary>What <see cref="Key"/> cannot say by itself.</summary>
    public IdentityOptions Identity { get; init; } = new();

    /// <summary>Whose word counts on a request's address; nobody's but the connection's by default.</summary>
    public ForwardedOptions Forwarded { get; init; } = ForwardedOptions.Default;

    /// <summary>When a request that was refused should come again: more than zero, at most one hour; a second by default. Told in whole seconds, rounded up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its domain.</exception>
    public TimeSpan RetryAfter
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromHours(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RetryAfter), value, $"RetryAfter is {value:c}; it must be more than zero and at most one hour. Use a few seconds.");
    } = TimeSpan.FromSeconds(1);
}
