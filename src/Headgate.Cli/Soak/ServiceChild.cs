using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Cli.Soak;

/// <summary><c>headgate serve</c> as a child of this process, on a free port of this machine. Disposal ends it.</summary>
internal sealed class ServiceChild : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ServiceChild(Process process, IPEndPoint endPoint)
    {
        _process = process;
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    public int ProcessId => _process.Id;

    /// <exception cref="CommandException">It did not start.</exception>
    public static async Task<ServiceChild> StartAsync(IEnumerable<string> arguments, TimeProvider clock, CancellationToken ct)
    {
        IPEndPoint endPoint = new(IPAddress.Loopback, FreePort());
        ProcessStartInfo start = new(Environment.ProcessPath ?? throw CommandException.Failed("The program does not know where it is. Start the service by hand, and name it with --url."));
        // Run by "dotnet Headgate.Cli.dll", this process is dotnet.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in (string[])["serve", "--urls", $"http://{endPoint}", "--log-level", "warning", .. arguments]) start.ArgumentList.Add(argument);
        Process process = Process.Start(start) ?? throw CommandException.Failed("The service did not start.");
        ServiceChild child = new(process, endPoint);
        try
        {
            await child.UntilReadyAsync(clock, ct).ConfigureAwait(false);
            return child;
        }
        catch
        {
            await child.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>SIGTERM; the exit code. Null if it had to be killed.</summary>
    public async Task<int?> StopAsync()
    {
        await Signals.SendAsync(_process.Id, "TERM").ConfigureAwait(false);
        using CancellationTokenSource patience = new(StopPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        _process.Dispose();
    }

    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task UntilReadyAsync(TimeProvider clock, CancellationToken ct)
    {
        byte[] request = AskBytes.Of("127.0.0.1", null, "GET", "/health/ready");
        long start = clock.GetTimestamp();
        while (true)
        {
            if (_process.HasExited) throw CommandException.Failed(string.Create(CultureInfo.InvariantCulture, $"The service ended with exit code {_process.ExitCode} (it says why above)."));
            try
            {
                using HttpLine line = new(EndPoint);
                if ((await line.AskAsync(request, ct).ConfigureAwait(false)).Status == 200) return;
            }
            catch (IOException)
            {
                // It does not listen yet.
            }

            if (clock.GetElapsedTime(start) > StartPatience) throw CommandException.Failed($"The service was not ready within {StartPatience.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, ct).ConfigureAwait(false);
        }
    }
}

/// <summary>Signals to processes, by the system's own program.</summary>
internal static class Signals
{
    /// <param name="processId">Whom.</param>
    /// <param name="signal">TERM, KILL, STOP, CONT.</param>
    public static async Task SendAsync(int processId, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().ConfigureAwait(false);
    }
}
