namespace Headgate.AspNetCore.Answers;

/// <summary>One version of the text of the rate limit fields. Stateless.</summary>
internal interface IFieldText
{
    /// <summary>The item of <c>RateLimit-Policy</c>.</summary>
    string Policy(LimitItem item);

    /// <summary>The item of <c>RateLimit</c>.</summary>
    /// <param name="item">The limit that decided.</param>
    /// <param name="remaining">The permits that are left.</param>
    /// <param name="seconds">Until more are there; 0 if all are.</param>
    string Limit(LimitItem item, long remaining, long seconds);
}
