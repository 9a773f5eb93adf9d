using System.Net;

namespace Headgate.Http;

/// <summary>A request that was not sent because of the limit; thrown only where <see cref="HeadgateHandlerOptions.ThrowWhenRefused"/> is set.</summary>
/// <remarks>Its <see cref="HttpRequestException.StatusCode"/> is 429, so that code which sorts exceptions by status knows it.</remarks>
public sealed class RateLimitedException : HttpRequestException
{
    /// <summary>A refusal of unknown cause.</summary>
    public RateLimitedException()
        : this("The request was not sent: its rate limit is reached.")
    {
    }

    /// <summary>A refusal.</summary>
    public RateLimitedException(string message)
        : this(message, null)
    {
    }

    /// <summary>A refusal with an inner exception.</summary>
    public RateLimitedException(string message, Exception? innerException)
        : base(message, innerException, HttpStatusCode.TooManyRequests)
    {
    }

    internal RateLimitedException(HeadgateRefusal refusal)
        : this(refusal.ToText()) => Refusal = refusal;

    /// <summary>Why; null where it is not known.</summary>
    public HeadgateRefusal? Refusal { get; }

    /// <summary>After how long to try again; <see cref="Timeout.InfiniteTimeSpan"/> if it can never be, null where it is not known.</summary>
    public TimeSpan? RetryAfter => Refusal?.RetryAfter;
}
