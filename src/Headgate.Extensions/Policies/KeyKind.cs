namespace Headgate.Extensions;

/// <summary>Where the identity of a caller is taken from.</summary>
public enum KeyKind
{
    /// <summary>An API key that has been authenticated. Written <c>api_key</c>.</summary>
    ApiKey,

    /// <summary>The id of the authenticated user. Written <c>user</c>.</summary>
    User,

    /// <summary>The IP address of the caller; an IPv6 address by its prefix. Written <c>ip</c>.</summary>
    Ip,

    /// <summary>The tenant that the application says the caller belongs to. Written <c>tenant</c>.</summary>
    Tenant,

    /// <summary>Nothing of the caller: all share one key. Written <c>global</c>.</summary>
    Global,

    /// <summary>A request header, whoever sent it. Written <c>header:NAME</c>.</summary>
    Header,

    /// <summary>A claim of the authenticated user. Written <c>claim:TYPE</c>.</summary>
    Claim,

    /// <summary>A route value. Written <c>route:NAME</c>.</summary>
    Route,

    /// <summary>A query parameter. Written <c>query:NAME</c>.</summary>
    Query,

    /// <summary>A function of the application, by the name it was registered under. Written <c>custom:NAME</c>.</summary>
    Custom,
}
