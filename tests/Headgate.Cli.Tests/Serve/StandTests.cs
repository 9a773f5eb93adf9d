using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Cli.Tests.Serve;

/// <summary>What the service must stand, as a process of its own: signals under load, many and slow connections, a disk that does not take anything.</summary>
[Collection(nameof(Alone))]
public sealed class StandTests
{
    [Fact]
    public async Task A_stop_under_load_loses_no_answer()
    {
        await using ServeProcess service = await ServeProcess.StartAsync("--drain-delay", "1s");
        await using Crowd crowd = new(service.EndPoint, callers: 16, leavesWhenTold: true);
        await crowd.UntilAnsweredAsync(500);
        await service.Child.SignalAsync("TERM");
        await crowd.Gone.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(0, await service.Child.EndAsync());
        Assert.Empty(crowd.Errors);
    }

    [Fact]
    public async Task The_crowd_would_see_a_service_that_just_dies()
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        await using Crowd crowd = new(service.EndPoint, callers: 16, leavesWhenTold: true);
        await crowd.UntilAnsweredAsync(500);
        await service.Child.SignalAsync("KILL");
        Assert.Equal(137, await service.Child.EndAsync());
        await crowd.StopAsync();
        Assert.NotEmpty(crowd.Errors);
    }

    [Fact]
    public async Task Killed_under_load_it_starts_again_with_what_was_configured()
    {
        using TemporaryFolder data = new();
        await using ServeProcess service = await ServeProcess.StartAsync("--data", data.Path);
        using (HttpResponseMessage put = await service.Client.PutAsync("/api/config/tenant/acme/action/login", Json("""{"max_requests":7,"window_duration_seconds":60}"""), TestContext.Current.CancellationToken))
            Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await using (Crowd crowd = new(service.EndPoint, callers: 16))
        {
            await crowd.UntilAnsweredAsync(500);
            await service.Child.SignalAsync("KILL");
            Assert.Equal(137, await service.Child.EndAsync());
        }

        await service.StartAgainAsync();
        await using Crowd after = new(service.EndPoint, callers: 16);
        await after.UntilAnsweredAsync(500);
        using HttpResponseMessage answer = await service.AskAsync();
        Assert.Contains("\"remaining_requests\":6", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(after.Errors);
    }

    [Fact]
    public async Task Two_thousand_idle_connections_slow_nobody_down()
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        List<Socket> idle = [];
        try
        {
            for (int i = 0; i < 2_000; i++) idle.Add(await service.ConnectAsync());
            await AssertFastAsync(service);
            Assert.DoesNotContain(idle, socket => socket.Poll(0, SelectMode.SelectRead));
        }
        finally
        {
            foreach (Socket socket in idle) socket.Dispose();
        }
    }

    [Fact]
    public async Task A_header_that_comes_byte_by_byte_is_cut()
    {
        await using ServeProcess service = await ServeProcess.StartAsync("--header-timeout", "1s");
        Task<bool>[] slow = [.. Enumerable.Range(0, 20).Select(_ => IsCutAsync(service, "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "))];
        await AssertFastAsync(service);
        Assert.All(await Task.WhenAll(slow), Assert.True);
    }

    [Fact]
    public async Task A_body_that_comes_byte_by_byte_is_cut()
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        const string Head = "POST /api/check_and_consume HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"tenant_id\":\"";
        Task<bool>[] slow = [.. Enumerable.Range(0, 20).Select(_ => IsCutAsync(service, Head))];
        await AssertFastAsync(service);
        Assert.All(await Task.WhenAll(slow), Assert.True);
    }

    [Fact]
    public async Task Who_asks_and_does_not_read_disturbs_nobody()
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        List<Socket> deaf = [];
        try
        {
            byte[] asks = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 2_000)));
            for (int i = 0; i < 10; i++)
            {
                Socket socket = await service.ConnectAsync();
                socket.ReceiveBufferSize = 4096;
                deaf.Add(socket);
                // As much as the buffers take: when no more goes out, the service has stopped reading, because its answers are not taken.
                socket.Blocking = false;
                for (int sent = 0; sent < asks.Length;)
                {
                    try
                    {
                        sent += socket.Send(asks.AsSpan(sent));
                    }
                    catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
                    {
                        break;
                    }
                }
            }

            await AssertFastAsync(service);
        }
        finally
        {
            foreach (Socket socket in deaf) socket.Dispose();
        }

        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public async Task On_a_disk_that_takes_nothing_it_starts_and_decides_by_what_it_has()
    {
        using TemporaryFolder data = new();
        await using (ServeProcess before = await ServeProcess.StartAsync("--data", data.Path))
        {
            using HttpResponseMessage put = await before.Client.PutAsync("/api/config/tenant/acme/action/login", Json("""{"max_requests":7,"window_duration_seconds":60}"""), TestContext.Current.CancellationToken);
            Assert.True(put.IsSuccessStatusCode);
            Assert.Equal(0, await before.StopAsync());
        }

        data.MakeReadOnly();
        // Root may write anywhere, but for this.
        string[] wrapper = Environment.UserName == "root" ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
        await using ServeProcess service = await ServeProcess.StartAsync(wrapper, ["--data", data.Path], "/health/live");
        using (HttpResponseMessage answer = await service.AskAsync("first"))
            Assert.Contains("\"remaining_requests\":6", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await AssertFastAsync(service);
        using HttpResponseMessage refused = await service.Client.PutAsync("/api/config/tenant/acme/action/login", Json("""{"max_requests":8,"window_duration_seconds":60}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(0, await service.StopAsync());
    }

    /// <summary>Sends a byte each 100 ms until the other side ends it, half a minute at most.</summary>
    private static async Task<bool> IsCutAsync(ServeProcess service, string start)
    {
        using Socket socket = await service.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(start));
        Task<bool> ended = EndedAsync(socket);
        try
        {
            for (int i = 0; i < 300 && !ended.IsCompleted; i++)
            {
                await socket.SendAsync("a"u8.ToArray());
                await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
            }
        }
        catch (SocketException)
        {
            return true;
        }

        return ended.IsCompleted && await ended;
    }

    /// <summary>Reads until the connection ends; whatever it is told before, such as 408.</summary>
    private static async Task<bool> EndedAsync(Socket socket)
    {
        byte[] buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: an end, too.
        }

        return true;
    }

    /// <summary>The median of some requests is far from what a person would notice, also on a busy machine.</summary>
    private static async Task AssertFastAsync(ServeProcess service)
    {
        List<TimeSpan> took = [];
        for (int i = 0; i < 50; i++)
        {
            long start = TimeProvider.System.GetTimestamp();
            using HttpResponseMessage answer = await service.AskAsync($"c{i}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            took.Add(TimeProvider.System.GetElapsedTime(start));
        }

        took.Sort();
        Assert.True(took[25] < TimeSpan.FromMilliseconds(250), $"The median of 50 took {took[25].TotalMilliseconds} ms.");
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
