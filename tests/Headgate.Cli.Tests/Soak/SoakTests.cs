using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.Cli.Soak;
using Headgate.Cli.Tests.Serve;

namespace Headgate.Cli.Tests.Soak;

[Collection(nameof(Alone))]
public sealed class SoakTests
{
    [Fact]
    public async Task A_short_soak_ends_well()
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        Cli run = await Cli.RunAsync("soak", "--minutes", "0.05", "--clients", "1000", "--connections", "4", "--idle", "50", "--url", $"http://127.0.0.1:{service.Port}");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("| errors | 0 |", run.Output, StringComparison.Ordinal);
        Assert.Contains("| idle connections at the end | 50 |", run.Output, StringComparison.Ordinal);
        Assert.Contains("**All is well.**", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_soak_of_what_is_not_the_service_finds_errors()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using CancellationTokenSource stop = new();
        Task serving = AnswerAsync(listener, stop.Token);
        Cli run = await Cli.RunAsync("soak", "--minutes", "0.02", "--clients", "10", "--connections", "2", "--url", $"http://{listener.LocalEndpoint}");
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("**Not well:**", run.Output, StringComparison.Ordinal);
        Assert.Contains("an answer of status 500", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(20, 0, 0, false)]
    [InlineData(400, 0, 0, true)]
    [InlineData(0, 50, 50, false)]
    [InlineData(0, 200, 0, true)]
    [InlineData(0, 0, 200, true)]
    public void Growth_is_told_from_noise(int mebibytesMore, int threadsMore, int handlesMore, bool grows)
    {
        ProcessSample[] samples =
        [
            // Filling up at first is no leak, and neither is what swings.
            .. Enumerable.Range(0, 100).Select(i => new ProcessSample(
                TimeSpan.FromSeconds(i), (Math.Min(i * 10, 400) + (i % 3 * 5) + (i * mebibytesMore / 100)) * 1024L * 1024, null, 20 + (i * threadsMore / 100), 200 + (i * handlesMore / 100), i)),
        ];
        LeakVerdict verdict = LeakVerdict.Of(samples);
        Assert.Equal(grows, verdict.Growth.Count > 0);
        Assert.Equal(mebibytesMore * 0.6, verdict.Slope / 1024 / 1024, 10.0);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n", 200, 12, false, false)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nDate: now\r\nconnection: close\r\ncontent-length:0\r\n", 503, 0, false, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Content-Length: 9\r\n", 200, 0, true, false)]
    public void Heads_of_answers_are_read(string head, int status, int length, bool chunked, bool closes) =>
        Assert.Equal(new HttpReply(status, length, chunked, closes), HttpReply.Parse(Encoding.ASCII.GetBytes(head)));

    [Fact]
    public void Every_client_has_a_request_of_its_own()
    {
        AskBytes ask = new("a", "key", "soak");
        string first = Encoding.ASCII.GetString(ask.For(7).Span), last = Encoding.ASCII.GetString(ask.For(1_234_567).Span);
        Assert.Contains("\"tenant_id\":\"tenant-7\",\"client_id\":\"client-0000000007\"", first, StringComparison.Ordinal);
        Assert.Contains("\"tenant_id\":\"tenant-7\",\"client_id\":\"client-0001234567\"", last, StringComparison.Ordinal);
        int length = int.Parse(first.Split("Content-Length: ")[1].Split('\r')[0], CultureInfo.InvariantCulture);
        Assert.Equal(length, first.Split("\r\n\r\n")[1].Length);
    }

    private static async Task AnswerAsync(TcpListener listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptSocketAsync(stop);
                _ = Task.Run(async () =>
                {
                    using (socket)
                    {
                        byte[] buffer = new byte[4096];
                        while (await socket.ReceiveAsync(buffer) > 0) await socket.SendAsync("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    }
                }, CancellationToken.None);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
