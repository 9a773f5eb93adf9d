using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;

namespace Headgate.Server.Hosting;

/// <summary>
/// Sees that a request of an HTTP/1.1 connection ends in time. The server looks at each connection once a second, so that a request costs two writes and
/// no timer, and one token serves all requests of a connection.
/// </summary>
/// <remarks>One request begins and ends at a time; the look comes from another thread.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "Without a timer the source holds nothing, and the look of another thread may be at it when the connection ends.")]
internal sealed class RequestWatch(ConnectionContext connection, TimeProvider clock, TimeSpan timeout)
{
    private const long None = long.MinValue;

    /// <summary>From the cancellation of a request to the end of its connection: an answer that says so may be on its way.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private long _since = None;
    private bool _isLate;

    /// <summary>Cancelled when the request takes too long or its caller has left.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>True if a request of this connection took too long. It is the last one then.</summary>
    public bool IsLate => Volatile.Read(ref _isLate);

    public void Begin() => Volatile.Write(ref _since, clock.GetTimestamp());

    public void End() => Volatile.Write(ref _since, None);

    /// <summary>The caller has left.</summary>
    public void Leave() => _ = _end.CancelAsync();

    /// <summary>Once a second.</summary>
    public void Look()
    {
        long since = Volatile.Read(ref _since);
        if (since == None) return;
        TimeSpan taken = clock.GetElapsedTime(since);
        if (taken <= timeout) return;
        if (!IsLate)
        {
            Volatile.Write(ref _isLate, true);
            _ = _end.CancelAsync();
        }

        if (taken > timeout + LastWord) connection.Abort(new ConnectionAbortedException("The request took too long."));
    }
}
