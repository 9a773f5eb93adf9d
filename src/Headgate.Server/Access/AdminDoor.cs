using Headgate.AspNetCore.Admin;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Access;

/// <summary>Lets administrators into <c>/admin</c>, and where keys are off whoever is on this machine.</summary>
internal sealed class AdminDoor(IAccessGate gate) : IAdminCaller
{
    public string Enter(HttpContext context)
    {
        Caller caller = gate.Enter(context);
        return caller.Role == KeyRole.Admin ? caller.Name : throw AccessRefusal.Forbidden("administers: its role must be admin");
    }
}
