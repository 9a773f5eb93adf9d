using System.Diagnostics;

namespace Headgate.Benchmarks.OnServe;

/// <summary>A server in a process of its own, until it is disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<ServerProcess> StartAsync(string which, CancellationToken ct)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        ProcessStartInfo start = new(self) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase)) start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        start.ArgumentList.Add(HostCommand.Verb);
        start.ArgumentList.Add(which);
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{self} did not start.");
        string? address = await process.StandardOutput.ReadLineAsync(ct).ConfigureAwait(false);
        return address is not null ? new ServerProcess(process, address) : throw new InvalidOperationException($"The server '{which}' ended before it listened.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10))) _process.Kill();
        _process.Dispose();
    }
}
