using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Redis.Tests.Faults;

/// <summary>When a Redis answers: asked over a socket, by neither the client nor the store that are under test.</summary>
internal static class Answering
{
    private static readonly byte[] Ping = Encoding.ASCII.GetBytes("PING\r\n");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks again and again; the timestamp of the first answer. Refused, hanging and loading servers do not answer.</summary>
    public static async Task<long> SinceAsync(RedisProcess server)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(server))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) throw new TimeoutException($"Redis on port {server.Port} does not answer: {server.Log()}");
            await Task.Delay(2);
        }

        return Stopwatch.GetTimestamp();
    }

    private static async Task<bool> AnswersAsync(RedisProcess server)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource impatience = new(TimeSpan.FromMilliseconds(200));
        byte[] answer = new byte[64];
        try
        {
            await socket.ConnectAsync(server.EndPoint, impatience.Token);
            await socket.SendAsync(Ping, impatience.Token);
            int length = await socket.ReceiveAsync(answer, impatience.Token);
            string text = Encoding.ASCII.GetString(answer, 0, length);
            return text.StartsWith("+PONG", StringComparison.Ordinal) || text.StartsWith("-NOAUTH", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
