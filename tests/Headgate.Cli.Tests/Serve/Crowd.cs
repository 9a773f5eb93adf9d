using System.Collections.Concurrent;
using System.Net;
using Headgate.Cli.Soak;

namespace Headgate.Cli.Tests.Serve;

/// <summary>Callers that ask without a pause, each on a connection of its own, until they are told to stop.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Task _asking;
    private long _answers;

    /// <param name="target">Whom.</param>
    /// <param name="callers">How many.</param>
    /// <param name="leavesWhenTold">True for callers who do not come back once an answer has said that the connection closes.</param>
    /// <param name="key">The secret of an API key; null for none.</param>
    public Crowd(IPEndPoint target, int callers, bool leavesWhenTold = false, string? key = null) =>
        _asking = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => AskAsync(target, caller, leavesWhenTold, key))));

    public long Answers => Volatile.Read(ref _answers);

    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Done when all callers have left by themselves.</summary>
    public Task Gone => _asking;

    public async Task UntilAnsweredAsync(long more)
    {
        long goal = Answers + more;
        long start = TimeProvider.System.GetTimestamp();
        while (Answers < goal)
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(60)) throw new TimeoutException($"{goal - Answers} answers did not come. Errors: {string.Join("; ", _errors.Take(5))}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    /// <summary>Lets each have the answer that it waits for, and go.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _asking;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task AskAsync(IPEndPoint target, int caller, bool leavesWhenTold, string? key)
    {
        using HttpLine line = new(target);
        AskBytes ask = new("127.0.0.1", key, "stand");
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                HttpReply reply = await line.AskAsync(ask.For(caller), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
                if (reply.Status == 200) Interlocked.Increment(ref _answers);
                else _errors.Enqueue($"status {reply.Status}");
                if (reply.Closes && leavesWhenTold) return;
            }
            catch (Exception broken) when (broken is IOException or TimeoutException)
            {
                _errors.Enqueue(broken.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }
}
