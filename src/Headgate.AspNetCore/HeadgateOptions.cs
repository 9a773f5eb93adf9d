using Headgate.Extensions;

namespace Headgate.AspNetCore;

/// <summary>How requests are limited and answered. Immutable; read once, when the application starts.</summary>
public sealed record HeadgateOptions
{
    /// <summary>Policies of every request, unless its endpoint is disabled; none by default.</summary>
    public IReadOnlyList<string> GlobalPolicies { get; init; } = [];

    /// <summary>Requests that no policy applies to: by path, method or caller. Nothing by default.</summary>
    public PolicyExemptions Exempt { get; init; } = PolicyExemptions.None;

    /// <summary>
    /// True to give every request the decision about it, as <see cref="IHeadgateFeature"/>: some 50 ns and 150 bytes a request. False (the
    /// default): only requests with a cost that is a reservation have it.
    /// </summary>
    public bool ExposeDecision { get; init; }

    /// <summary>Who is calling.</summary>
    public IdentityOptions Identity { get; init; } = new();

    /// <summary>What the caller is told.</summary>
    public AnswerOptions Answers { get; init; } = new();
}
