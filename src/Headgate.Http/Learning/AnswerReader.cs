using System.Net;
using System.Net.Http.Headers;

namespace Headgate.Http.Learning;

/// <summary>What an answer says about how long to stay away. An answer that says nothing costs a look at its status and for three names, and no allocation.</summary>
internal static class AnswerReader
{
    private const string RetryAfter = "Retry-After";
    private const string RateLimit = "RateLimit";
    private const string RateLimitPolicy = "RateLimit-Policy";

    /// <summary>
    /// The time to stay away; zero if the answer does not say so. <c>Retry-After</c> of a 429 or 503 wins; then <c>RateLimit</c>; then the older fields.
    /// Garbage is ignored.
    /// </summary>
    /// <param name="response">The answer, of any status.</param>
    /// <param name="now">Our time, for dates of a server that does not tell its own.</param>
    /// <param name="from">Where it was found.</param>
    public static TimeSpan Read(HttpResponseMessage response, TimeProvider now, out LearnedFrom from)
    {
        HttpHeadersNonValidated headers = response.Headers.NonValidated;
        bool isRefusal = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
        TimeSpan wait;
        if (isRefusal && headers.TryGetValues(RetryAfter, out HeaderStringValues retry) && TryReadRetryAfter(retry.ToString(), response, now, out wait))
            return Found(LearnedFrom.RetryAfter, wait, out from);

        if (headers.TryGetValues(RateLimit, out HeaderStringValues quota))
        {
            string text = quota.ToString();
            bool isValid = QuotaFields.TryReadWait(text, "", out long seconds, out bool needsPolicy);
            if (isValid && needsPolicy && headers.TryGetValues(RateLimitPolicy, out HeaderStringValues policies))
                isValid = QuotaFields.TryReadWait(text, policies.ToString(), out seconds, out _);
            if (isValid) return Found(LearnedFrom.RateLimit, ResetField.Seconds(seconds), out from);
        }

        if (TryReadOld("RateLimit-Remaining", "RateLimit-Reset", response, now, out wait)) return Found(LearnedFrom.LegacyRateLimit, wait, out from);
        if (TryReadOld("X-RateLimit-Remaining", "X-RateLimit-Reset", response, now, out wait)) return Found(LearnedFrom.XRateLimit, wait, out from);
        from = LearnedFrom.Nothing;
        return TimeSpan.Zero;
    }

    private static TimeSpan Found(LearnedFrom where, TimeSpan wait, out LearnedFrom from)
    {
        from = wait > TimeSpan.Zero ? where : LearnedFrom.Nothing;
        return wait;
    }

    private static bool TryReadRetryAfter(string text, HttpResponseMessage response, TimeProvider now, out TimeSpan wait)
    {
        wait = default;
        ReadOnlySpan<char> digits = text.AsSpan().Trim(" \t");
        if (!digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9'))
        {
            // A number beyond what a decimal holds is as good as the longest wait there is.
            wait = digits.Length > 20 ? ResetField.Seconds(decimal.MaxValue) : ResetField.Seconds(decimal.Parse(digits, System.Globalization.CultureInfo.InvariantCulture));
            return true;
        }

        if (!RetryConditionHeaderValue.TryParse(text, out RetryConditionHeaderValue? value) || value.Date is not { } date) return false;
        wait = TimeSpan.FromTicks(Math.Max(0, (date - ServerTime(response, now)).Ticks));
        return true;
    }

    /// <summary>A refusal that names the reset and not what is left says that nothing is.</summary>
    private static bool TryReadOld(string remaining, string reset, HttpResponseMessage response, TimeProvider now, out TimeSpan wait)
    {
        wait = default;
        HttpHeadersNonValidated headers = response.Headers.NonValidated;
        if (headers.TryGetValues(remaining, out HeaderStringValues left))
        {
            if (!ResetField.IsSpent(left.ToString())) return false;
        }
        else if (response.StatusCode != HttpStatusCode.TooManyRequests)
        {
            return false;
        }

        return headers.TryGetValues(reset, out HeaderStringValues at) && ResetField.TryRead(at.ToString(), ServerTime(response, now), out wait);
    }

    /// <summary>A date of the server is compared with the server's own clock, so that a skew between its and ours does not count.</summary>
    private static DateTimeOffset ServerTime(HttpResponseMessage response, TimeProvider now) => response.Headers.Date ?? now.GetUtcNow();
}
