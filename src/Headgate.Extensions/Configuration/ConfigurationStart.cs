using Headgate.Extensions.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Extensions.Configuration;

/// <summary>Reads the configuration before anything else starts, so that one that cannot be stops the application with its message.</summary>
internal sealed class ConfigurationStart(IServiceProvider services) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        RateLimitPolicies policies = services.GetRequiredService<RateLimitPolicies>();
        if (policies.Store is IStartingStore store) await store.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A store that is better asked once it has had a moment to connect.</summary>
internal interface IStartingStore
{
    /// <summary>Ends when it is there, or will not be for the moment: that is no error.</summary>
    Task StartAsync(CancellationToken ct);
}
