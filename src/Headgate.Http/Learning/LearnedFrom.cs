namespace Headgate.Http.Learning;

/// <summary>What in an answer told to wait.</summary>
internal enum LearnedFrom
{
    Nothing,
    RetryAfter,
    RateLimit,
    LegacyRateLimit,
    XRateLimit,
}
