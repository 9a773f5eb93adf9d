using System.Net;

namespace Headgate.Client.Calls;

/// <summary>What came of a call: what the service answered, or why it did not.</summary>
internal sealed record Answer
{
    /// <summary>The status; 0 if there was no answer.</summary>
    public HttpStatusCode Status { get; init; }

    public byte[] Body { get; init; } = [];

    public bool IsJson { get; init; }

    public string? ETag { get; init; }

    /// <summary>What <c>Retry-After</c> says; null without it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True if the service answered at all. What failed on the way, and 5xx that are no answer of the service's own, are not.</summary>
    public bool IsAnswered { get; init; }

    /// <summary>True if some attempt of the call may have been done by the service without our knowing: this one if it is not answered, or one before it.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>When the request that was answered left, by the clock's timestamp.</summary>
    public long SentAt { get; init; }

    /// <summary>Who answered; null if nobody did.</summary>
    public Endpoint? From { get; init; }

    /// <summary>Why there is no answer, for a message.</summary>
    public string? Failure { get; init; }

    public Exception? Error { get; init; }

    public bool IsSuccess => IsAnswered && (int)Status is >= 200 and < 300;
}
