namespace Headgate.AspNetCore.Answers;

/// <summary>Names of the fields, one string each: dictionaries of headers find it by reference.</summary>
internal static class FieldNames
{
    public const string RateLimit = "RateLimit";
    public const string RateLimitPolicy = "RateLimit-Policy";
    public const string LegacyLimit = "X-RateLimit-Limit";
    public const string LegacyRemaining = "X-RateLimit-Remaining";
    public const string LegacyReset = "X-RateLimit-Reset";
}
