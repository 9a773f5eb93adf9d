namespace Headgate.Cli.Soak;

/// <summary>Full load: each connection asks again as soon as it has its answer, for the next client.</summary>
internal sealed class Load(SoakTarget target, SoakOptions options, TimeProvider clock)
{
    /// <summary>After an error, so that a service that is gone is not asked millions of times.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private long _next;

    public LoadTally[] Tallies { get; } = [.. Enumerable.Range(0, options.Connections).Select(_ => new LoadTally())];

    /// <summary>Requests that were begun.</summary>
    public long Asked => Volatile.Read(ref _next);

    public long Answers => Tallies.Sum(tally => tally.Answers);

    /// <summary>Runs until it is stopped; what is on its way then is finished.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Tallies.Select(tally => Task.Run(() => AskAsync(tally, stop), CancellationToken.None)));

    private async Task AskAsync(LoadTally tally, CancellationToken stop)
    {
        using HttpLine line = new(target.EndPoint);
        AskBytes ask = new(target.Host, options.Key, "soak");
        while (!stop.IsCancellationRequested)
        {
            long client = (Interlocked.Increment(ref _next) - 1) % options.Clients;
            long start = clock.GetTimestamp();
            try
            {
                HttpReply reply = await line.AskAsync(ask.For(client), CancellationToken.None).ConfigureAwait(false);
                tally.Answered(reply.Status, clock.GetElapsedTime(start));
            }
            catch (IOException broken)
            {
                tally.Failed(PlainText.Reason(broken));
                await Task.Delay(Pause, clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
