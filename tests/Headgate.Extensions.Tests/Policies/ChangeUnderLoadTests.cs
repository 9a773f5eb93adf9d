using Headgate.Conformance;
using Headgate.Extensions.Policies;

namespace Headgate.Extensions.Tests.Policies;

/// <summary>Configuration that changes all the time while many threads ask: nobody's question fails, and no permit is minted.</summary>
public sealed class ChangeUnderLoadTests
{
    private const int Permits = 20_000;
    private const int Changes = 300;

    [Fact]
    public async Task Hundreds_of_changes_under_load_mint_no_permit_and_fail_no_request()
    {
        long admitted = await AdmittedAsync((policies, i) =>
        {
            policies.Configure("file", Settings(i));
            return ValueTask.CompletedTask;
        });
        Assert.Equal(Permits, admitted);
    }

    /// <summary>The way to swap that this test is there to find.</summary>
    [Fact]
    public async Task A_swap_that_forgets_what_was_consumed_is_caught()
    {
        long admitted = await AdmittedAsync((policies, i) =>
        {
            policies.Configure("file", Settings(i));
            return policies.ResetAsync("api", "user:alice");
        });
        Assert.True(admitted > Permits, $"{admitted} were admitted, and {Permits} could be");
    }

    private static async Task<long> AdmittedAsync(Func<RateLimitPolicies, int, ValueTask> change)
    {
        FakeClock clock = new();
        using MemoryStore store = new(clock);
        RateLimitPolicies policies = new(store, clock, new PolicyLayers { Code = Settings(0) });
        long admitted = 0;
        using CancellationTokenSource done = new();
        Task[] askers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            // All that are admitted while it changes, and then what is left.
            for (bool last = false; ;)
            {
                bool isOver = done.IsCancellationRequested;
                Decision decision = await policies.AcquireAsync("api", "user:alice");
                if (decision.IsAllowed) Interlocked.Increment(ref admitted);
                else if (last) return;
                last = isOver && !decision.IsAllowed;
            }
        }))];
        for (int i = 1; i <= Changes; i++)
        {
            // Each change meets some who ask.
            long before = Volatile.Read(ref admitted);
            SpinWait.SpinUntil(() => Volatile.Read(ref admitted) >= Math.Min(before + 50, Permits), TimeSpan.FromSeconds(1));
            await change(policies, i);
        }

        await done.CancelAsync();
        await Task.WhenAll(askers);
        return admitted;
    }

    /// <summary>Every part changes but the number.</summary>
    private static PolicySettings Settings(int i) => new()
    {
        Policies =
        [
            new RateLimitPolicy("api", i % 3 == 0 ? Limit.FixedWindow(Permits, TimeSpan.FromDays(365)) : Limit.AllOf(Limit.FixedWindow(Permits, TimeSpan.FromDays(365)), Limit.SlidingLog(1_000_000, TimeSpan.FromDays(1))))
            {
                QueueLimit = 100 + i,
                Overrides = new Dictionary<string, Limit> { [$"bob{i % 7}"] = Limit.FixedWindow(i + 1, TimeSpan.FromDays(1)) },
            },
            .. Enumerable.Range(0, i % 5).Select(n => new RateLimitPolicy($"other{n}", Limit.FixedWindow(1, TimeSpan.FromDays(1)))),
        ],
    };
}
