using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Changes;

/// <summary>Reads the configuration before the service listens, and follows it while it does.</summary>
internal sealed class ConfigStartup(ConfigBook book, IConfigLog log, ILogger<ConfigBook> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (log is MemoryConfigLog) BookLogMessages.InMemory(logger);
        await book.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => book.StopAsync();
}
