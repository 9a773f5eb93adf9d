using Headgate.AspNetCore.Observability;
using Headgate.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Observability;

/// <summary>Measures the memory of the whole process: no other test runs beside it.</summary>
[CollectionDefinition(nameof(BoundedMemoryTests), DisableParallelization = true)]
[Collection(nameof(BoundedMemoryTests))]
public sealed class BoundedMemoryTests
{
    private const int Million = 1_000_000;

    [Fact]
    public void A_million_refused_callers_take_the_memory_of_some_thousands()
    {
        using LogRecorder lines = new();
        using ServiceProvider services = new ServiceCollection()
            .AddSingleton<TimeProvider>(new FakeClock()).AddSingleton<ILoggerFactory>(lines).AddRequestObservability().BuildServiceProvider();
        Refusals refusals = services.GetRequiredService<Refusals>();
        RefusedKeys keys = services.GetRequiredService<RefusedKeys>();
        refusals.Add("api", "first", Given.Denied);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Million; i++) refusals.Add("api", $"ip:10.{i >> 16}.{(i >> 8) & 255}.{i & 255}", Given.Denied);
        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;

        // A counter with its key takes some 200 bytes; a million of them would be 200 MB.
        int stripes = Math.Min(8, Environment.ProcessorCount);
        Assert.InRange(taken, long.MinValue, 2_000_000 + (stripes * 500_000));
        Assert.InRange(keys.Top(int.MaxValue).Count, 1_000, stripes * 1_000);
        Assert.Equal(Million + 1, keys.Total);
    }
}
