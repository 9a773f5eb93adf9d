using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Load;

namespace Headgate.Server.Tests.Load;

/// <summary>
/// What fair queueing is for: a tenant that floods at 100 times its share raises a quiet tenant's p99 at most twofold over the same load without
/// the flood. The same requests through one queue for all must break that, or the test proves nothing.
/// </summary>
public sealed class FloodTests
{
    private const string Quiet = "quiet", Flood = "flood";
    private const int Places = 20, Others = 8;
    private const double ServiceMillis = 10;

    /// <summary>Requests a second: what a tenant of ten can have of 20 places that take 10 ms a request.</summary>
    private const double Share = Places / (ServiceMillis / 1000) / (Others + 2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_flood_of_100_times_its_share_at_most_doubles_the_p99_of_a_quiet_tenant(int seed)
    {
        (double calm, _) = await QuietP99(1, seed, isFair: true);
        (double flooded, int refused) = await QuietP99(100, seed, isFair: true);
        Assert.True(flooded <= 2 * calm, $"p99 {flooded} ms under the flood, {calm} ms without");
        Assert.Equal(0, refused);
    }

    [Fact]
    public async Task One_queue_for_all_breaks_that_bound()
    {
        (double calm, _) = await QuietP99(1, 1, isFair: false);
        (double flooded, int refused) = await QuietP99(100, 1, isFair: false);
        Assert.True(flooded > 2 * calm, $"p99 {flooded} ms under the flood, {calm} ms without");
        Assert.True(refused > 0);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_times()
    {
        Assert.Equal(await QuietP99(100, 7, isFair: true), await QuietP99(100, 7, isFair: true));
    }

    /// <summary>All others ask for six tenths of their share; the flooding tenant for so many times its share.</summary>
    private static async Task<(double Millis, int Refused)> QuietP99(double times, int seed, bool isFair)
    {
        FakeClock clock = new();
        await using ConfigBook book = Book.New(clock);
        await book.SetAsync(global => global with { MaxGlobalConcurrentRequests = Places, MaxTenantQueueSize = isFair ? 100 : 1000 });
        using VirtualLoad load = new(new LoadControl(book, clock), book, clock, isFair ? tenant => tenant : _ => "all");
        await load.RunAsync(
            [new Asking(Quiet, 0.6 * Share), .. Enumerable.Range(0, Others).Select(i => new Asking($"other {i}", 0.6 * Share)), new Asking(Flood, times * Share)],
            TimeSpan.FromSeconds(4), ServiceMillis, seed);
        return (load.Percentile(Quiet, 0.99), load.Refused[Quiet]);
    }
}
