using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Headgate.Cli;
using Headgate.Cli.Bench.OnRedis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>A redis-server of this run's own: on this machine only, without a disk, gone at the end.</summary>
internal sealed class RedisServer : IDisposable
{
    public const string Program = "redis-server";

    private const int Attempts = 100;

    private readonly Process _process;
    private readonly string _folder;

    private RedisServer(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Address = RedisArgument.Parse(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
    }

    public RedisArgument Address { get; }

    public static async Task<RedisServer> StartAsync(CancellationToken ct)
    {
        string program = ProgramPath.Find(Program)
            ?? throw new InvalidOperationException($"{Program} was not found. Install it (Debian: redis-server), or name a running one with --redis.");
        int port = FreePort();
        string folder = Directory.CreateTempSubdirectory("headgate-bench-").FullName;
        ProcessStartInfo start = new(program,
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder,
        ])
        {
            RedirectStandardOutput = true,
        };
        RedisServer server = new(Process.Start(start) ?? throw new Win32Exception($"{program} did not start."), folder, port);

        // Nobody reads what it logs, but somebody has to take it.
        server._process.OutputDataReceived += static (_, _) => { };
        server._process.BeginOutputReadLine();
        for (int i = 0; !await AnswersAsync(port, ct).ConfigureAwait(false); i++)
        {
            if (i < Attempts && !server._process.HasExited)
            {
                await Task.Delay(20, ct).ConfigureAwait(false);
                continue;
            }

            server.Dispose();
            throw new InvalidOperationException($"{program} did not answer on port {port}.");
        }

        return server;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken ct)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, ct).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
