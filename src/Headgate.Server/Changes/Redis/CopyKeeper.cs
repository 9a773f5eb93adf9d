using System.Collections.Immutable;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server.Changes.Redis;

/// <summary>Keeps the local copy up to date: a moment after a change, so that many in a row are written once, and when the service stops. Where there is none it does nothing.</summary>
internal sealed class CopyKeeper(ConfigBook book, IConfigLog log, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _changed = new(0);
    private RedisMark _written = RedisMark.Nothing;

    public override void Dispose()
    {
        base.Dispose();
        _changed.Dispose();
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (log is not RedisConfigLog { Copy: not null }) return Task.CompletedTask;
        book.Changed += _ => _changed.Release();
        _changed.Release();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(false);
                Write();
            }
        }
        catch (OperationCanceledException)
        {
            Write();
        }
    }

    private void Write()
    {
        if (log is not RedisConfigLog { Copy: { } copy, Mark: var mark }) return;
        (ServiceConfig config, ImmutableArray<ConfigChange> history) = book.InForce;
        // Changed in between: what follows wakes this again.
        if (mark.Version == 0 || mark == _written || mark.Version != config.Version) return;
        copy.Write(config, history, mark);
        _written = mark;
    }
}
