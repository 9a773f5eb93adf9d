namespace Headgate.AspNetCore;

/// <summary>Whether <c>X-RateLimit-Limit</c>, <c>-Remaining</c> and <c>-Reset</c> are written, and what the last one counts.</summary>
public enum LegacyFields
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><c>X-RateLimit-Reset</c> is the seconds from now until the limit is as good as unused, rounded up.</summary>
    ResetInSeconds = 1,

    /// <summary><c>X-RateLimit-Reset</c> is that moment as Unix time in seconds, rounded up, by the store's clock; as GitHub has it.</summary>
    ResetAtUnixTime = 2,
}
