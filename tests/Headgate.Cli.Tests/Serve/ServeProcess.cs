using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Cli.Tests.Serve;

/// <summary><c>headgate serve</c>, the real executable, on a port of this machine that stays the same after a restart.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private readonly string[] _arguments;
    private readonly string[] _wrapper;
    private Child _child;

    private readonly string _sign;

    private ServeProcess(int port, string[] wrapper, string[] arguments, string sign)
    {
        (Port, _wrapper, _arguments, _sign) = (port, wrapper, arguments, sign);
        _child = StartChild();
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public int Port { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    public HttpClient Client { get; }

    public Child Child => _child;

    /// <summary>Starts it and waits until it answers.</summary>
    public static Task<ServeProcess> StartAsync(params string[] arguments) => StartAsync([], arguments);

    /// <param name="wrapper">A program that runs it, such as setpriv with its arguments.</param>
    /// <param name="arguments">Of serve.</param>
    /// <param name="sign">What it answers when the test may begin.</param>
    public static async Task<ServeProcess> StartAsync(string[] wrapper, string[] arguments, string sign = "/health/ready")
    {
        ServeProcess service = new(FreePort(), wrapper, arguments, sign);
        try
        {
            await service.UntilReadyAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Below the range from which systems take ports for outgoing connections, or a client's own end may have it at a restart.</summary>
    public static int FreePort()
    {
        for (; ; )
        {
            int port = Random.Shared.Next(22_000, 32_000);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    /// <summary>Starts it again after its end, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        await _child.DisposeAsync();
        _child = StartChild();
        await UntilReadyAsync();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _child.SignalAsync("TERM");
        return await _child.EndAsync();
    }

    public Task<HttpResponseMessage> AskAsync(string client = "c1", CancellationToken ct = default) => Client.PostAsync(
        "/api/check_and_consume", new StringContent($$"""{"tenant_id":"acme","client_id":"{{client}}","action_type":"login"}""", Encoding.UTF8, "application/json"), ct);

    public async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _child.DisposeAsync();
    }

    private Child StartChild() => Child.Start([.. _wrapper, Child.Headgate, "serve", "--urls", $"http://127.0.0.1:{Port}", .. _arguments]);

    private Task UntilReadyAsync() => _child.UntilAsync(async () =>
    {
        try
        {
            using HttpResponseMessage answer = await Client.GetAsync(_sign);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }, "it was ready");
}
