using System.Net;
using StackExchange.Redis;

namespace Headgate.Redis.Resilience;

/// <summary>One connection of the client, and the calls on their way over it: it must not be closed under them.</summary>
/// <remarks>
/// The client before 2.0 keeps what it is about to write in a buffer that has no lock. Its writer empties the buffer, and so does whoever closes the
/// connection; when both do, what lies in it goes out twice, and Redis charges it twice. An answer does not tell that the writer is done: it may be here
/// before the writer has noted that the buffer is empty. That something was answered which was sent after it tells, for the writer is one.
/// </remarks>
internal sealed class Wire(IConnectionMultiplexer connection, int database)
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private int _retired;

    public IConnectionMultiplexer Connection => connection;

    public IDatabase Database { get; } = connection.GetDatabase(database);

    /// <summary>False if another connection has taken its place: nothing is sent over this one any more. Else <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _calls);
        if (Volatile.Read(ref _retired) == 0) return true;
        Leave();
        return false;
    }

    /// <summary>The call has its answer, or never will.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _calls) == 0 && Volatile.Read(ref _retired) != 0) _idle.TrySetResult();
    }

    /// <summary>Lets nobody in any more, and waits until nothing of those who were can be in the client's buffer. With a Redis that hangs that may be never.</summary>
    public async Task RetireAsync()
    {
        Interlocked.Exchange(ref _retired, 1);
        if (Volatile.Read(ref _calls) == 0) _idle.TrySetResult();
        await _idle.Task.ConfigureAwait(false);
        await Task.WhenAll(connection.GetEndPoints().Select(AnswersAsync)).ConfigureAwait(false);
    }

    /// <summary>The servers that answer within a time.</summary>
    public async Task<EndPoint[]> AnsweringAsync(TimeSpan time, TimeProvider clock)
    {
        (EndPoint EndPoint, Task<bool> Answers)[] asked = [.. connection.GetEndPoints().Select(endPoint => (endPoint, AnswersAsync(endPoint)))];
        await Task.WhenAny(Task.WhenAll(asked.Select(one => one.Answers)), Task.Delay(time, clock)).ConfigureAwait(false);
        List<EndPoint> answering = [];
        foreach ((EndPoint endPoint, Task<bool> answers) in asked)
        {
            if (answers.IsCompleted && await answers.ConfigureAwait(false)) answering.Add(endPoint);
        }

        return [.. answering];
    }

    /// <summary>True while the client has something to write, as with a Redis that does not read.</summary>
    public bool IsWriting
    {
        get
        {
            ConnectionCounters counters = connection.GetCounters().Interactive;
            return counters.WriterCount > 0 || counters.PendingUnsentItems > 0;
        }
    }

    private async Task<bool> AnswersAsync(EndPoint endPoint)
    {
        try
        {
            await connection.GetServer(endPoint).PingAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Refused, so it was read; or the server is lost, and what was to be written with it.
            return false;
        }
    }
}
