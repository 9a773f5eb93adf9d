using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Decisions;

/// <summary>Configures limits as a test needs them.</summary>
internal static class Rules
{
    public static ActionRule Log(long maxRequests, double seconds = 60) => ActionRule.Create(Algorithm.SlidingLog, maxRequests, TimeSpan.FromSeconds(seconds));

    public static Task SetAsync(this Service service, string tenant, string action, ActionRule? rule) => service.SetAsync(NodeAddress.OfAction(tenant, action), rule);

    public static Task SetAsync(this Service service, string tenant, string client, string action, ActionRule? rule) =>
        service.SetAsync(NodeAddress.OfClientAction(tenant, client, action), rule);

    public static Task SetAsync(this Service service, NodeAddress at, ConfigNode? node) =>
        service.Book.ChangeAsync("test", "set", config => [new ConfigEdit(at, ConfigEdits.Find(config, at), node)], CancellationToken.None);
}
