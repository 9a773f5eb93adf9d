using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server.Hosting;

/// <summary>SIGTERM, SIGINT (Ctrl-C) and SIGQUIT stop the service in good order; a Ctrl-C while it stops ends it at once.</summary>
internal sealed class SignalLifetime(IHostApplicationLifetime lifetime) : IHostLifetime, IDisposable
{
    /// <summary>128 + SIGINT, as shells have it.</summary>
    private const int Interrupted = 130;

    private PosixSignalRegistration[] _signals = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, Stop))];
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGINT && lifetime.ApplicationStopping.IsCancellationRequested) Environment.Exit(Interrupted);
        lifetime.StopApplication();
    }
}
