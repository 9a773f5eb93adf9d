using System.Globalization;

namespace Headgate.Http;

/// <summary>Why a request was not sent. Immutable.</summary>
public sealed record HeadgateRefusal
{
    internal HeadgateRefusal(Decision decision, TimeSpan retryAfter, bool isLearned)
    {
        Decision = decision;
        RetryAfter = retryAfter;
        IsLearned = isLearned;
    }

    /// <summary>What the limit said; <c>default</c> if <see cref="IsLearned"/>, since it was not asked.</summary>
    public Decision Decision { get; }

    /// <summary>After how long to try again; <see cref="Timeout.InfiniteTimeSpan"/> if it can never be: the cost is above the limit.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>True if the other side said so in an earlier answer; false if our own limit did.</summary>
    public bool IsLearned { get; }

    /// <summary>Why this answer was made here instead of being sent for; null if it came from the other side.</summary>
    /// <param name="response">Any answer of a client with a <see cref="HeadgateHandler"/>.</param>
    public static HeadgateRefusal? Of(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return (response as RefusedResponse)?.Refusal;
    }

    internal string ToText()
    {
        string cause = IsLearned
            ? "the other side asked in an earlier answer to be left alone"
            : $"its limit {Decision.DecidedBy} is reached";
        string remedy = RetryAfter == Timeout.InfiniteTimeSpan
            ? "It costs more than the limit can ever give: raise the limit or lower the cost."
            : string.Create(CultureInfo.InvariantCulture, $"Try again in {RetryAfter.TotalSeconds:0.###} s.");
        return $"The request was not sent: {cause}. {remedy}";
    }
}
