using Headgate.AspNetCore.Answers;

namespace Headgate.AspNetCore;

/// <summary>What stands in the body of a refusal. Immutable; templates are read once.</summary>
/// <remarks>
/// In a template <c>{policy}</c>, <c>{limit}</c>, <c>{remaining}</c>, <c>{retry_after_seconds}</c>, <c>{reset_after_seconds}</c> and
/// <c>{status}</c> stand for what is so in a refusal. Texts are escaped for the place they go to. A number that there is not (the wait of a
/// request that can never be admitted) is <c>null</c> in JSON and nothing in HTML.
/// </remarks>
public sealed record RefusalBody
{
    /// <summary>The most characters of a template: 65,536.</summary>
    public const int MaxTemplateLength = 65_536;

    private RefusalBody()
    {
    }

    /// <summary>Problem details (RFC 9457) as <c>application/problem+json</c>: the default.</summary>
    public static RefusalBody ProblemDetails { get; } = new();

    /// <summary>No body.</summary>
    public static RefusalBody None { get; } = new() { IsEmpty = true };

    /// <summary>True if there is none.</summary>
    public bool IsEmpty { get; private init; }

    /// <summary>The text for clients whose <c>Accept</c> prefers HTML to JSON, such as browsers; null if they get what all get.</summary>
    public string? Html { get; private init; }

    /// <summary>The text for all others; null for problem details.</summary>
    public string? Json { get; private init; }

    internal BodyTemplate? HtmlTemplate { get; private init; }

    internal BodyTemplate? JsonTemplate { get; private init; }

    /// <summary>A text of the application.</summary>
    /// <param name="html">For clients that prefer HTML; null if they get what all others get.</param>
    /// <param name="json">For all others, a JSON text once it is filled in, sent as <c>application/json</c>; null for problem details.</param>
    /// <exception cref="ArgumentException">Neither is given, one is too long, names something unknown, or the JSON is none.</exception>
    public static RefusalBody Template(string? html = null, string? json = null)
    {
        if (html is null && json is null) throw new ArgumentException("there is neither an HTML nor a JSON template; give one of them. Use RefusalBody.ProblemDetails for the default body.", nameof(html));
        return new RefusalBody
        {
            Html = html,
            Json = json,
            HtmlTemplate = html is null ? null : BodyTemplate.Html(html, nameof(html)),
            JsonTemplate = json is null ? null : BodyTemplate.Json(json, nameof(json)),
        };
    }

    /// <summary>Equal when the texts are.</summary>
    public bool Equals(RefusalBody? other) => other is not null && IsEmpty == other.IsEmpty && Html == other.Html && Json == other.Json;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsEmpty, Html, Json);
}
