using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Settings;

/// <summary>The version of what a route shows: the last change of it. A tenant is everything that is configured of it.</summary>
internal static class ResourceVersion
{
    /// <summary>Null if it is not there.</summary>
    public static long? Of(ServiceConfig config, NodeAddress at) => at.Kind == NodeKind.Tenant
        ? config.Tenants.GetValueOrDefault(at.Tenant!)?.Version
        : ConfigEdits.Find(config, at)?.Version;
}
