namespace Headgate.AspNetCore.Admin;

/// <summary>What opens an admin endpoint. Metadata of the endpoint, worked out when everything else about it has been said.</summary>
internal enum AdminAccess
{
    /// <summary>The application's authorisation, which has run before the endpoint does.</summary>
    Authorization,

    /// <summary>The key of <see cref="AdminOptions.ApiKeyHash"/>.</summary>
    Key,

    /// <summary>A connection from this machine: nothing else is configured.</summary>
    Loopback,

    /// <summary>Nothing: the application said <c>AllowAnonymous</c>.</summary>
    Anybody,
}
