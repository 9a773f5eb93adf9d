using Headgate.Extensions;

namespace Headgate.AspNetCore;

/// <summary>How requests are limited and answered. Immutable; read once, when the application starts.</summary>
public sealed record HeadgateOptions
{
    /// <summary>Policies of every request, unless its endpoint is disabled; none by default.</summary>
    public IReadOnlyList<string> GlobalPolicies { get; init; } = [];

    /// <summary>Requests that no policy applies to: by path, method or caller. Nothing by default.</summary>
    public PolicyExemptions Exempt { get; init; } = PolicyExemptions.None;

    /// <summary>Who is calling.</summary>
    public IdentityOptions Identity { get; init; } = new();

    /// <summary>What the caller is told.</summary>
    public AnswerOptions Answers { get; init; } = new();
}
