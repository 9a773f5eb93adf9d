using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Hosting;

/// <summary>
/// The stop in good order. First the service says that it is not ready and closes connections behind answers, for as long as balancers need to turn away;
/// then it takes no connection any more and finishes what has begun, for as long as it may.
/// </summary>
/// <remarks>What other parts do when they are stopped, such as keeping counters, comes after the last request has ended. Thread-safe.</remarks>
internal sealed class Drain(ServeOptions options, Connections connections, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Drain> logger)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>What is left, when the last request has ended, to whoever has something to keep.</summary>
    public static readonly TimeSpan Closing = TimeSpan.FromSeconds(10);

    private ITimer? _cut;

    /// <summary>True from the moment that a stop was asked for.</summary>
    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>From the wish to stop to the end, at the very most.</summary>
    public static TimeSpan LongestStop(ServeOptions options) => options.DrainDelay + options.ShutdownTimeout + Closing;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Whoever stops the host by program has not asked for the stop yet.
        lifetime.StopApplication();
        HostingLog.Stopping(logger, connections.Count, options.DrainDelay, options.ShutdownTimeout);
        if (options.DrainDelay > TimeSpan.Zero) await Task.Delay(options.DrainDelay, clock, cancellationToken).ConfigureAwait(false);
        _cut = clock.CreateTimer(static state => ((Drain)state!).Cut(), this, options.ShutdownTimeout, Timeout.InfiniteTimeSpan);
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        _cut?.Dispose();
        HostingLog.Stopped(logger);
        return Task.CompletedTask;
    }

    public void Dispose() => _cut?.Dispose();

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        FileDescriptors.Check(options, logger);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Cut()
    {
        int cut = connections.AbortAll("The service stops, and the request did not end in time.");
        if (cut > 0) HostingLog.Cut(logger, cut, options.ShutdownTimeout);
    }
}
