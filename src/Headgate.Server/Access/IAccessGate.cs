using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Access;

/// <summary>Tells who asks. Thread-safe; on the way of every request.</summary>
internal interface IAccessGate
{
    /// <summary>Who asks.</summary>
    /// <exception cref="RequestRefusal">401: no key where one is needed, or one that is not known.</exception>
    Caller Enter(HttpContext context);
}

/// <summary>Keys are off: whoever reaches the service may do everything.</summary>
internal sealed class OpenGate : IAccessGate
{
    public Caller Enter(HttpContext context) => Caller.Loopback;
}
