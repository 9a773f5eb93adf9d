namespace Headgate.Extensions;

/// <summary>Which policies apply to requests by path and method. Immutable.</summary>
/// <param name="Path">A pattern: <c>/v1/orders/**</c>; <c>*</c> stands for one segment, <c>**</c> for any number. Case does not matter.</param>
/// <param name="Policies">Names of policies; all of them are one decision, with those of the endpoint.</param>
public sealed record RateLimitRoute(string Path, IReadOnlyList<string> Policies)
{
    /// <summary>Request methods; none means any. Case does not matter. <c>GET</c> covers <c>HEAD</c> too; a route for <c>HEAD</c> alone comes before it.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>True to look on for further routes after this one matched; by default the first match is the only one.</summary>
    public bool Also { get; init; }

    /// <summary>What a request costs of these policies in place of what they say; null for that.</summary>
    public RequestCost? Cost { get; init; }
}
