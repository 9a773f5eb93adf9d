using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Headgate.Client.Tests.Servers;

/// <summary>How a service treats one request.</summary>
public enum Fault
{
    /// <summary>Decides it and answers: no fault.</summary>
    None,

    /// <summary>Resets the connection as soon as the header has come.</summary>
    ResetUnread,

    /// <summary>Decides it, then resets the connection without a word.</summary>
    ResetDecided,

    /// <summary>Decides it, then closes the connection in good order without a word.</summary>
    CloseDecided,

    /// <summary>Decides it, and never answers.</summary>
    Hang,

    /// <summary>Decides it, and answers what is no HTTP.</summary>
    NoHttp,

    /// <summary>Decides it, and answers what is no JSON.</summary>
    Garbage,

    /// <summary>Decides it, and answers JSON of something else.</summary>
    OtherJson,

    /// <summary>Decides it, and the connection ends in the middle of the answer.</summary>
    HalfAnswer,

    /// <summary>Decides it, and answers 500.</summary>
    Error,

    /// <summary>Decides it, and a proxy answers 503 in its place.</summary>
    ProxyError,

    /// <summary>Turns it away: nothing is decided.</summary>
    Rejected,

    /// <summary>Decides it, and sends on to the same place, where it would be decided again.</summary>
    Redirect,

    /// <summary>Decides it, and answers without end.</summary>
    Endless,
}

/// <summary>A service that decides each check when it has all of it, and then misbehaves as the test says. Counts what each client was charged.</summary>
internal sealed class BadServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<string, Fault> _faultOf;
    private readonly Task _accepting;
    private int _requests;

    /// <param name="faultOf">What happens to a request for this path; asked once for each, in the order in which they come.</param>
    public BadServer(Func<string, Fault> faultOf)
    {
        _faultOf = faultOf;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public BadServer(Fault always)
        : this(_ => always)
    {
    }

    public Uri Address { get; }

    /// <summary>How often each client was charged.</summary>
    public ConcurrentDictionary<string, int> Charges { get; } = new(StringComparer.Ordinal);

    /// <summary>Header and first line of each request.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Answers by <see cref="Fault.None"/>.</summary>
    public Func<string, string> Answer { get; set; } = _ => """{"allowed":true,"remaining_requests":9,"reset_time_seconds":1767225660.5,"retry_after_seconds":0,"status":"processed"}""";

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_end.Token);
                _connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over, and the listener with it.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        // A reset instead of a good-bye where the socket is closed with this on.
        using Socket own = socket;
        try
        {
            await using NetworkStream stream = new(socket, ownsSocket: false);
            byte[] room = new byte[1 << 20];
            int held = 0;
            while (await TreatAsync(socket, stream, room, held) is { } left) held = left;
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The other side has gone, or the test is over.
        }
    }

    /// <summary>One request. Returns the bytes that were read beyond it; null if the connection is over.</summary>
    private async Task<int?> TreatAsync(Socket socket, NetworkStream stream, byte[] room, int held)
    {
        int headEnd;
        while ((headEnd = room.AsSpan(0, held).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int read = await stream.ReadAsync(room.AsMemory(held), _end.Token);
            if (read == 0) return null;
            held += read;
        }

        string head = Encoding.ASCII.GetString(room, 0, headEnd);
        Heads.Enqueue(head);
        Interlocked.Increment(ref _requests);
        string path = head.Split(' ')[1];
        Fault fault = _faultOf(path);
        if (fault == Fault.ResetUnread) return Reset(socket);

        int length = 0;
        foreach (string line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(line.AsSpan(15), CultureInfo.InvariantCulture);
        }

        int end = headEnd + 4 + length;
        while (held < end)
        {
            int read = await stream.ReadAsync(room.AsMemory(held), _end.Token);
            if (read == 0) return null;
            held += read;
        }

        string body = Encoding.UTF8.GetString(room, headEnd + 4, length);
        if (fault != Fault.Rejected) Charge(body);
        if (!await RespondAsync(socket, stream, fault, path, body)) return null;
        room.AsSpan(end, held - end).CopyTo(room);
        return held - end;
    }

    /// <summary>False if the connection is over.</summary>
    private async Task<bool> RespondAsync(Socket socket, NetworkStream stream, Fault fault, string path, string body)
    {
        switch (fault)
        {
            case Fault.ResetDecided:
                Reset(socket);
                return false;
            case Fault.CloseDecided:
                return false;
            case Fault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);
                return false;
            case Fault.NoHttp:
                await stream.WriteAsync("what do you want\r\n\r\n"u8.ToArray(), _end.Token);
                return false;
            case Fault.HalfAnswer:
                await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{\"allowed\":true,"), _end.Token);
                return false;
            case Fault.Endless:
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n["u8.ToArray(), _end.Token);
                byte[] more = new byte[65_536];
                more.AsSpan().Fill((byte)'[');
                while (true) await stream.WriteAsync(more, _end.Token);
            default:
                (string status, string type, string text) = fault switch
                {
                    Fault.Garbage => ("200 OK", "application/json", "\u0001\u0002{{{"),
                    Fault.OtherJson => ("200 OK", "application/json", """{"hello":[1,2,3]}"""),
                    Fault.Error => ("500 Internal Server Error", "text/html", "<h1>oops</h1>"),
                    Fault.ProxyError => ("503 Service Unavailable", "text/html", "<h1>no upstream</h1>"),
                    Fault.Rejected => ("503 Service Unavailable\r\nRetry-After: 0", "application/json", """{"allowed":false,"remaining_requests":0,"reset_time_seconds":0,"retry_after_seconds":0,"status":"rejected"}"""),
                    Fault.Redirect => ($"307 Temporary Redirect\r\nLocation: {path}", "text/plain", ""),
                    _ => ("200 OK", "application/json", Answer(body)),
                };
                byte[] content = Encoding.UTF8.GetBytes(text);
                string head = $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {content.Length}\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head).Concat(content).ToArray(), _end.Token);
                return true;
        }
    }

    private void Charge(string body)
    {
        if (body.Length == 0) return;
        using JsonDocument read = JsonDocument.Parse(body);
        JsonElement[] checks = read.RootElement.TryGetProperty("items", out JsonElement items) ? [.. items.EnumerateArray()] : [read.RootElement];
        foreach (JsonElement check in checks)
        {
            if (check.TryGetProperty("cost", out JsonElement cost) && cost.GetInt64() == 0) continue;
            Charges.AddOrUpdate(check.GetProperty("client_id").GetString()!, 1, (_, before) => before + 1);
        }
    }

    private static int? Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        return null;
    }
}
