namespace Headgate.AspNetCore.Admin;

/// <summary>What opens an admin endpoint. Metadata of the endpoint, worked out when everything else about it has been said.</summary>
internal enum AdminAccess
{
    /// <summary>The application's authorisation, which has run before the endpoint does.</summary>
    Authorization,

    /// <summary>The key of <see cref="AdminOptions.ApiKeyHash"/>.</summary>
    Key,

    /// <summary>A function of the application: metadata of the endpoint that is an <see cref="IAdminCaller"/>.</summary>
    Application,

    /// <summary>A connection from this machine: nothing else is configured.</summary>
    Loopback,

    /// <summary>Nothing: the application said <c>AllowAnonymous</c>.</summary>
    Anybody,
}

/// <summary>Tells who asks an admin endpoint, in an application that has keys of its own.</summary>
internal interface IAdminCaller
{
    /// <summary>Who asks, for the audit log.</summary>
    /// <exception cref="AdminRefusal">The request may not come in.</exception>
    string Enter(Microsoft.AspNetCore.Http.HttpContext context);
}
