using Headgate.Conformance;

namespace Headgate.Tests.Parallelism;

/// <summary>Waiters are served in the order in which they came. The check first notices a line that serves the last first.</summary>
public class WaitingOrderTests
{
    private const int Waiters = 20;

    [Fact]
    public async Task Waiters_are_served_in_order()
    {
        Assert.NotEqual(Enumerable.Range(0, Waiters), await OrderOf(new LastComeFirstServed()));
        for (int i = 0; i < 10; i++) Assert.Equal(Enumerable.Range(0, Waiters), await OrderOf(new Real()));
    }

    [Fact]
    public async Task Waiters_of_different_costs_do_not_overtake()
    {
        FakeClock clock = new();
        using MemoryStore store = new(clock);
        Limiter limiter = new(Limit.TokenBucket(5, Rate.PerSecond(1)), store);
        limiter.Acquire("k", 5);
        Task<Decision> large = limiter.WaitAsync("k", 5).AsTask(), small = limiter.WaitAsync("k").AsTask();
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await large.InTime()).IsAllowed);
        await Watchdog.Until(() => clock.PendingTimers == 1);
        Assert.False(small.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await small.InTime()).IsAllowed);
    }

    /// <summary>One permit a second: who is served after each is the next in line.</summary>
    private static async Task<List<int>> OrderOf(ILine line)
    {
        using (line)
        {
            Task[] waiters = [.. Enumerable.Range(0, Waiters).Select(_ => line.WaitAsync())];
            List<int> served = [];
            while (served.Count < Waiters)
            {
                line.OnePermit();
                await Watchdog.Until(() => waiters.Count(w => w.IsCompleted) == served.Count + 1);
                served.Add(Enumerable.Range(0, Waiters).Single(i => waiters[i].IsCompleted && !served.Contains(i)));
            }

            return served;
        }
    }

    private interface ILine : IDisposable
    {
        Task WaitAsync();

        void OnePermit();
    }

    private sealed class Real : ILine
    {
        private readonly FakeClock _clock = new();
        private readonly MemoryStore _store;
        private readonly Limiter _limiter;

        public Real()
        {
            _store = new MemoryStore(_clock);
            _limiter = new Limiter(Limit.TokenBucket(1, Rate.PerSecond(1)), _store);
            _limiter.Acquire("k");
        }

        public Task WaitAsync() => _limiter.WaitAsync("k").AsTask();

        public void OnePermit()
        {
            Assert.True(SpinWait.SpinUntil(() => _clock.PendingTimers == 1, TimeSpan.FromSeconds(60)));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        public void Dispose() => _store.Dispose();
    }

    private sealed class LastComeFirstServed : ILine
    {
        private readonly Stack<TaskCompletionSource> _waiters = [];

        public Task WaitAsync()
        {
            _waiters.Push(new TaskCompletionSource());
            return _waiters.Peek().Task;
        }

        public void OnePermit() => _waiters.Pop().SetResult();

        public void Dispose()
        {
        }
    }
}
