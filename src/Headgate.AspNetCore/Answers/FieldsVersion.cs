namespace Headgate.AspNetCore;

/// <summary>Which text of the rate limit fields is written: the specification is still a draft, and its parameters have changed before.</summary>
public enum FieldsVersion
{
    /// <summary>draft-ietf-httpapi-ratelimit-headers-11: <c>RateLimit-Policy: "p";q=100;w=60</c> and <c>RateLimit: "p";r=50;t=30</c>.</summary>
    Draft11 = 11,
}
