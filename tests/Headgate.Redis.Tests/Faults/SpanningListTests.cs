using System.Collections.Concurrent;
using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Lists whose keys lie on two masters of a cluster, of which one hangs in the middle: no charge and no lease stays on the other alone.</summary>
[Collection(nameof(FaultTests))]
public class SpanningListTests(RedisCluster cluster)
{
    private const int Callers = 16;

    private static readonly Limit Bucket = Limit.TokenBucket(100, Rate.PerHour(1));
    private static readonly Limit Permits = Limit.Concurrency(100, TimeSpan.FromMinutes(10));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_hang_tore_apart_is_given_back(bool leases)
    {
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(
            Ownership.Application, new RedisStoreOptions { FailureMode = FailureMode.Closed }, cluster.Nodes);
        Limit limit = leases ? Permits : Bucket;
        (RedisProcess hanging, _) = await cluster.ServersOfAsync(0);
        using CancellationTokenSource stop = new();
        ConcurrentBag<SpanningList> asked = [];
        await using Metronome metronome = new();
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                // In either order: the one that hangs may be asked first or last.
                Charge[] charges = [new($"{caller}-{i}-a", limit), new($"{caller}-{i}-b", limit)];
                long start = Stopwatch.GetTimestamp();
                Decision decision = leases
                    ? await tested.Store.EnterAsync(charges, LeaseId.Create())
                    : await tested.Store.AcquireAsync(charges);
                asked.Add(new(charges, decision.IsAllowed, start, Stopwatch.GetTimestamp()));
                await Task.Delay(2);
            }
        }))];
        await Task.Delay(300);
        // Shorter than what makes a replica take over, again and again: each time some are in the middle.
        for (int i = 0; i < 4; i++)
        {
            await hanging.StopAsync();
            await Task.Delay(150);
            await hanging.ContinueAsync();
            await Task.Delay(250);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(Patience);
        Assert.Contains(asked, list => !list.IsAllowed);
        foreach (SpanningList list in asked)
        {
            TimeSpan took = Stopwatch.GetElapsedTime(list.Started, list.Ended) - metronome.Stalled(list.Started, list.Ended);
            Assert.InRange(took, TimeSpan.Zero, tested.Options.Timeout + LoadReport.Scheduling);
        }

        await Task.WhenAll(asked.Select(list => UntilWholeAsync(tested.Store, list)));
        await cluster.UntilWholeAsync();
    }

    /// <summary>Both charged if admitted, none if not; what came too late is given back a little later.</summary>
    private static async Task UntilWholeAsync(RedisStore store, SpanningList list)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            Decision[] seen = [await LookAsync(store, list.Charges[0]), await LookAsync(store, list.Charges[1])];
            long expected = list.IsAllowed ? 99 : 100;
            if (seen.All(decision => decision.Source == DecisionSource.Store && decision.Remaining == expected)) return;
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience,
                $"\"{list.Charges[0].Key}\", {(list.IsAllowed ? "admitted" : "not admitted")}: {seen[0].Remaining} and {seen[1].Remaining} of 100 are left.");
            await Task.Delay(20);
        }
    }

    private static ValueTask<Decision> LookAsync(RedisStore store, Charge charge) => store.PeekAsync(new[] { charge with { Cost = 0 } });

    private readonly record struct SpanningList(Charge[] Charges, bool IsAllowed, long Started, long Ended);
}
