using Microsoft.AspNetCore.Http;

namespace Headgate.Server;

/// <summary>A request that must be put differently: what the answer says. Thrown where it is found, answered in one place as problem+json.</summary>
internal sealed class RequestRefusal(int status, string detail, string? field = null, string? value = null) : Exception(detail)
{
    /// <summary>The most characters of a field's name or a value that are shown again.</summary>
    private const int MaxShown = 200;

    public int Status { get; } = status;

    /// <summary>The field that is wrong; null where it is none.</summary>
    public string? Field { get; } = Cut(field);

    public string? Value { get; } = Cut(value);

    /// <summary>A header field that goes with the status: WWW-Authenticate with a 401.</summary>
    public KeyValuePair<string, string>? Header { get; init; }

    /// <summary>The kind of problem, a URI; null where the status says enough.</summary>
    public string? Type { get; init; }

    /// <summary>When to come again, rounded up to whole seconds in Retry-After; null where that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static RequestRefusal Bad(string field, string? value, string detail) => new(StatusCodes.Status400BadRequest, detail, field, value);

    public static RequestRefusal Unknown(string detail) => new(StatusCodes.Status404NotFound, detail);

    private static string? Cut(string? text)
    {
        if (text is not { Length: > MaxShown }) return text;
        // Not in the middle of a character.
        return text[..(char.IsHighSurrogate(text[MaxShown - 1]) ? MaxShown - 1 : MaxShown)] + "...";
    }
}
