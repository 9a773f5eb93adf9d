using System.Buffers;

namespace Headgate.AspNetCore;

/// <summary>How answers speak of limits: fields on all of them, and what a refusal looks like. Immutable, validated when built.</summary>
/// <remarks>Delegates are called for refusals alone, on the request's own thread of control; they may run for several requests at once.</remarks>
public sealed record AnswerOptions
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The default: <c>RateLimit</c> and <c>RateLimit-Policy</c> on every answer; 429 with <c>Retry-After</c> and problem details.</summary>
    public static AnswerOptions Default { get; } = new();

    /// <summary>True (the default) to write <c>RateLimit</c> and <c>RateLimit-Policy</c>, on allowed and on refused requests.</summary>
    public bool RateLimitFields { get; init; } = true;

    /// <summary>Which text of these two fields; the newest by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such version.</exception>
    public FieldsVersion FieldsVersion
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(FieldsVersion), value, $"FieldsVersion is {(int)value}; it must be {nameof(FieldsVersion.Draft11)}. Leave it out for the newest.");
    } = FieldsVersion.Draft11;

    /// <summary>Whether <c>X-RateLimit-Limit</c>, <c>-Remaining</c> and <c>-Reset</c> are written too; none by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such value.</exception>
    public LegacyFields LegacyFields
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(LegacyFields), value, $"LegacyFields is {(int)value}; it must be None, ResetInSeconds or ResetAtUnixTime.");
    }

    /// <summary>
    /// The status of a refusal: 400 to 599; 429 by default. It does not hold where the store could not answer and the failure mode is closed:
    /// that is 503. gRPC calls are always answered with 200 and their own status.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its domain.</exception>
    public int StatusCode
    {
        get;
        init => field = CheckStatus(value, nameof(StatusCode));
    } = 429;

    /// <summary>True (the default) to write <c>Retry-After</c> on refusals, in whole seconds rounded up; never where no wait helps.</summary>
    public bool RetryAfter { get; init; } = true;

    /// <summary>The body of a refusal; problem details by default.</summary>
    public RefusalBody Body { get; init; } = RefusalBody.ProblemDetails;

    /// <summary>
    /// A field that says, as a quoted name, which limit in shadow would have refused the request: <c>X-RateLimit-Shadow: "api"</c>. Null (the
    /// default) for none.
    /// </summary>
    /// <exception cref="ArgumentException">Not 1 to 100 characters that names of fields may have.</exception>
    public string? ShadowHeader
    {
        get;
        init => field = value is null || (value.Length is >= 1 and <= 100 && !value.AsSpan().ContainsAnyExcept(TokenCharacters))
            ? value
            : throw new ArgumentException($"ShadowHeader has {value.Length} characters, or one that no field name may have; it must have 1 to 100 letters, digits and '-'. Use X-RateLimit-Shadow, or null for none.", nameof(ShadowHeader));
    }

    /// <summary>The status of a refusal in place of <see cref="StatusCode"/> and 503: 400 to 599. Not asked for gRPC calls.</summary>
    public Func<RefusalContext, int>? StatusOf { get; init; }

    /// <summary>Adds, changes or removes header fields of a refusal, after all others are set.</summary>
    public Action<RefusalContext>? SetHeaders { get; init; }

    /// <summary>Writes the body of a refusal in place of <see cref="Body"/>. Not asked for gRPC calls and HEAD requests, which have none.</summary>
    public Func<RefusalContext, ValueTask>? WriteBody { get; init; }

    /// <summary>
    /// Takes over a refusal. Status and header fields are set when it is called, and it may replace them; the body is not written:
    /// <see cref="RefusalContext.WriteDefaultBodyAsync"/> does. Whatever it leaves is sent, so doing nothing sends a refusal without a body.
    /// </summary>
    public Func<RefusalContext, ValueTask>? OnRefused { get; init; }

    internal static int CheckStatus(int status, string parameter) => status is >= 400 and <= 599
        ? status
        : throw new ArgumentOutOfRangeException(parameter, status, $"{parameter} is {status}; it must be between 400 and 599. Use 429, or 503 for a service that is short of capacity.");
}
