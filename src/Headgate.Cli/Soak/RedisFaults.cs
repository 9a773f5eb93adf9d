using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Headgate.Cli.Bench.OnRedis;

namespace Headgate.Cli.Soak;

/// <summary>A Redis of the soak's own that is killed and started again, stopped and continued, and flushed, in turn.</summary>
internal sealed class RedisFaults : IAsyncDisposable
{
    private const string Program = "redis-server";
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _clock;
    private readonly string _folder = Directory.CreateTempSubdirectory("headgate-soak-").FullName;
    private Process _process;

    private RedisFaults(TimeProvider clock)
    {
        _clock = clock;
        Port = ServiceChild.FreePort();
        _process = Start();
    }

    public int Port { get; }

    /// <summary>How often each was done: killed, stopped, flushed.</summary>
    public int[] Done { get; } = new int[3];

    /// <exception cref="CommandException">There is no redis-server.</exception>
    public static RedisFaults Open(TimeProvider clock) => ProgramPath.Find(Program) is null
        ? throw CommandException.Failed($"--faults redis needs {Program} on the PATH. Install it (apt-get install redis-server), or leave --faults out.")
        : new RedisFaults(clock);

    /// <summary>One fault after another until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        for (int fault = 0; !stop.IsCancellationRequested; fault = (fault + 1) % 3)
        {
            await WaitAsync(Between, stop).ConfigureAwait(false);
            if (stop.IsCancellationRequested) return;
            switch (fault)
            {
                case 0:
                    await KillAsync().ConfigureAwait(false);
                    await WaitAsync(Outage, stop).ConfigureAwait(false);
                    _process = Start();
                    break;
                case 1:
                    await Signals.SendAsync(_process.Id, "STOP").ConfigureAwait(false);
                    await WaitAsync(Outage, stop).ConfigureAwait(false);
                    await Signals.SendAsync(_process.Id, "CONT").ConfigureAwait(false);
                    break;
                default:
                    await FlushAsync().ConfigureAwait(false);
                    break;
            }

            Done[fault]++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private Process Start()
    {
        ProcessStartInfo start = new(Program) { RedirectStandardOutput = true };
        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", "no",
            "--logfile", Path.Combine(_folder, "log"),
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw CommandException.Failed($"{Program} did not start.");
    }

    private async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task FlushAsync()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port).ConfigureAwait(false);
            await socket.SendAsync("FLUSHALL\r\n"u8.ToArray()).ConfigureAwait(false);
            await socket.ReceiveAsync(new byte[64]).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // It is still starting: the next turn flushes.
        }
    }

    private Task<Task> WaitAsync(TimeSpan span, CancellationToken stop) => Task.WhenAny(Task.Delay(span, _clock, stop));
}
