using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Access;

/// <summary>Tells who asks. Thread-safe; on the way of every request.</summary>
internal interface IAccessGate
{
    /// <summary>Who asks. Asked again about the same request, it says the same, for less.</summary>
    /// <exception cref="RequestRefusal">
    /// 401: no key where one is needed, or one that is not good; 403: no key is needed, but the request comes from another machine, by a proxy or from
    /// another site's page.
    /// </exception>
    Caller Enter(HttpContext context);
}
