using System.Globalization;
using System.Net;
using Headgate.Conformance;
using Headgate.Http.Learning;

namespace Headgate.Http.Tests.Learning;

public class AnswerReaderTests
{
    /// <summary>2026-01-01T00:00:00Z.</summary>
    private readonly FakeClock _clock = new();

    [Theory]
    [InlineData(429, 120, "RetryAfter", "Retry-After: 120")]
    [InlineData(503, 120, "RetryAfter", "Retry-After: 120")]
    [InlineData(200, 0, "Nothing", "Retry-After: 120")]
    [InlineData(301, 0, "Nothing", "Retry-After: 120")]
    [InlineData(429, 90, "RetryAfter", "Retry-After: Thu, 01 Jan 2026 00:01:30 GMT")]
    [InlineData(429, 90, "RetryAfter", "Retry-After: Thursday, 01-Jan-26 00:01:30 GMT")]
    [InlineData(429, 90, "RetryAfter", "Retry-After: Thu Jan  1 00:01:30 2026")]
    [InlineData(429, 0, "Nothing", "Retry-After: Wed, 31 Dec 2025 23:59:59 GMT")]
    [InlineData(429, 0, "Nothing", "Retry-After: 0")]
    [InlineData(429, 0, "Nothing", "Retry-After: -5")]
    [InlineData(429, 0, "Nothing", "Retry-After: soon")]
    [InlineData(429, 0, "Nothing", "Retry-After: 1.5")]
    [InlineData(429, 34_560_000, "RetryAfter", "Retry-After: 99999999999999999999999999999999999999")]
    [InlineData(200, 30, "RateLimit", "RateLimit: \"burst\";r=0;t=30")]
    [InlineData(200, 0, "Nothing", "RateLimit: \"burst\";r=1;t=30")]
    [InlineData(200, 0, "Nothing", "RateLimit: \"burst\";t=30")]
    [InlineData(200, 0, "Nothing", "RateLimit: \"burst\";r=0;t=-1")]
    [InlineData(200, 50, "RateLimit", "RateLimit: \"burst\";r=0;t=30, \"day\";r=0;t=50", "RateLimit: \"hour\";r=9;t=80")]
    [InlineData(200, 50, "RateLimit", "RateLimit: \"burst\";r=0;t=30", "RateLimit: \"day\";r=0;t=50")]
    [InlineData(200, 60, "RateLimit", "RateLimit: \"burst\";r=0", "RateLimit-Policy: \"day\";q=9;w=86400, \"burst\";q=5;w=60")]
    [InlineData(200, 0, "Nothing", "RateLimit: \"burst\";r=0", "RateLimit-Policy: \"burst\";q=5;w=60,")]
    [InlineData(200, 0, "Nothing", "RateLimit: \"burst\";r=0")]
    [InlineData(429, 5, "RetryAfter", "Retry-After: 5", "RateLimit: \"burst\";r=0;t=30")]
    [InlineData(429, 30, "RateLimit", "Retry-After: x", "RateLimit: \"burst\";r=0;t=30")]
    [InlineData(200, 20, "LegacyRateLimit", "RateLimit-Limit: 100, 100;w=60", "RateLimit-Remaining: 0", "RateLimit-Reset: 20")]
    [InlineData(200, 0, "Nothing", "RateLimit-Limit: 100", "RateLimit-Remaining: 1", "RateLimit-Reset: 20")]
    [InlineData(200, 20, "XRateLimit", "X-RateLimit-Limit: 60", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 20")]
    [InlineData(200, 20.5, "XRateLimit", "x-ratelimit-remaining: 0", "x-ratelimit-reset: 20.5")]
    [InlineData(403, 100, "XRateLimit", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1767225700")]
    [InlineData(403, 100, "XRateLimit", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1767225700000")]
    [InlineData(403, 0, "Nothing", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1767225599")]
    [InlineData(200, 34_560_000, "XRateLimit", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 999999999")]
    [InlineData(200, 20, "XRateLimit", "X-RateLimit-Remaining: -3", "X-RateLimit-Reset: 20")]
    [InlineData(429, 20, "XRateLimit", "X-RateLimit-Reset: 20")]
    [InlineData(200, 0, "Nothing", "X-RateLimit-Reset: 20")]
    [InlineData(200, 0, "Nothing", "X-RateLimit-Remaining: many", "X-RateLimit-Reset: 20")]
    [InlineData(200, 0, "Nothing", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-01-01T00:00:20Z")]
    [InlineData(200, 0, "Nothing")]
    [InlineData(429, 0, "Nothing")]
    public void Reads_how_long_to_stay_away(int status, double seconds, string from, params string[] fields)
    {
        using HttpResponseMessage response = FarSide.Response((HttpStatusCode)status, fields);
        Assert.Equal(TimeSpan.FromSeconds(seconds), AnswerReader.Read(response, _clock, out LearnedFrom found));
        Assert.Equal(from, found.ToString());
    }

    [Theory]
    [InlineData("Retry-After: Thu, 01 Jan 2026 05:00:45 GMT")]
    [InlineData("X-RateLimit-Reset: 1767243645")]
    public void A_date_is_measured_by_the_servers_own_clock(string field)
    {
        // Its clock is five hours ahead of ours.
        using HttpResponseMessage response = FarSide.Response(HttpStatusCode.TooManyRequests, field, "Date: Thu, 01 Jan 2026 05:00:00 GMT");
        Assert.Equal("45", AnswerReader.Read(response, _clock, out _).TotalSeconds.ToString(CultureInfo.InvariantCulture));
    }
}
