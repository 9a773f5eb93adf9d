using System.Net;

namespace Headgate.Http.Tests.Waiting;

/// <summary>First come, first served: at the limit, and across a time in which the other side is left alone. The check first notices lines that are not.</summary>
public class OrderTests
{
    private const int Requests = 20;

    private static readonly string[] InOrder = [.. Enumerable.Range(0, Requests).Select(i => $"/{i}")];

    [Fact]
    public async Task Requests_are_sent_in_the_order_in_which_they_came()
    {
        Assert.NotEqual(InOrder, await OrderOf(isBlocked: false, static client => new LastComeFirstServed(client)));
        for (int i = 0; i < 5; i++) Assert.Equal(InOrder, await OrderOf(isBlocked: false, static client => new Real(client)));
    }

    [Fact]
    public async Task Also_after_the_other_side_was_left_alone()
    {
        Assert.NotEqual(InOrder, await OrderOf(isBlocked: true, static client => new LastComeFirstServed(client)));
        for (int i = 0; i < 5; i++) Assert.Equal(InOrder, await OrderOf(isBlocked: true, static client => new Real(client)));
    }

    private static async Task<IReadOnlyList<string>> OrderOf(bool isBlocked, Func<Client, ISender> create)
    {
        using Client client = new(Limit.TokenBucket(1, Rate.PerSecond(1)), o => o.MaxWait = HeadgateHandlerOptions.MostWait);
        client.FarSide.Answer = _ => isBlocked ? FarSide.Response(HttpStatusCode.OK, "RateLimit: \"a\";r=0;t=30") : new HttpResponseMessage(HttpStatusCode.OK);
        await client.SendAsync("/first");
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);

        ISender sender = create(client);
        Task[] sent = [.. InOrder.Select(sender.SendAsync)];
        sender.Start();
        int done = 1;
        if (isBlocked)
        {
            client.Advance(30);
            done++;
        }

        await Watchdog.Until(() => client.FarSide.Count == done);
        for (; done <= Requests; done++) await client.ServeNextAsync(inLine: Requests + 1 - done);
        await Task.WhenAll(sent).InTime();
        return [.. client.FarSide.Paths.Skip(1)];
    }

    private interface ISender
    {
        Task SendAsync(string path);

        void Start();
    }

    private sealed class Real(Client client) : ISender
    {
        public Task SendAsync(string path) => client.SendAsync(path);

        public void Start()
        {
        }
    }

    /// <summary>What a handler does that wakes all who wait and lets chance, here the worst, decide.</summary>
    private sealed class LastComeFirstServed(Client client) : ISender
    {
        private readonly Stack<(string Path, TaskCompletionSource Done)> _waiting = new();

        public Task SendAsync(string path)
        {
            TaskCompletionSource done = new();
            _waiting.Push((path, done));
            return done.Task;
        }

        public void Start()
        {
            while (_waiting.TryPop(out (string Path, TaskCompletionSource Done) last)) _ = SendLastAsync(last.Path, last.Done);
        }

        private async Task SendLastAsync(string path, TaskCompletionSource done)
        {
            await client.SendAsync(path);
            done.SetResult();
        }
    }
}
