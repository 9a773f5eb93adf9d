using System.Collections.Immutable;
using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Load;

/// <summary>A book of configuration that outlives nothing, and short ways to write in it.</summary>
internal static class Book
{
    public static ConfigBook New(FakeClock clock) => new(new MemoryConfigLog(), clock);

    public static Task<ServiceConfig> SetAsync(this ConfigBook book, Func<GlobalSettings, GlobalSettings> change) =>
        book.ChangeAsync("test", "global", config => [new ConfigEdit(NodeAddress.Global, config.Global, change(config.Global))], default);

    public static Task<ServiceConfig> SetAsync(this ConfigBook book, string tenant, TenantSettings? settings) =>
        book.ChangeAsync("test", "tenant", _ => ImmutableArray.Create(new ConfigEdit(NodeAddress.OfTenant(tenant), null, settings)), default);
}
