namespace Headgate.AspNetCore;

/// <summary>Whose permits an invocation of a hub takes.</summary>
public enum HubKey
{
    /// <summary>
    /// The user's (<c>user:ID</c>, the key that requests of the same user have), over all connections; of a connection without a user, its own.
    /// </summary>
    User = 0,

    /// <summary>The connection's.</summary>
    Connection = 1,

    /// <summary>One for all callers.</summary>
    Everybody = 2,
}
