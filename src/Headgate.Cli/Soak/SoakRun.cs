using System.Net;

namespace Headgate.Cli.Soak;

/// <summary>Puts a service under load and watches it.</summary>
internal static class SoakRun
{
    private const int Samples = 240;
    private static readonly TimeSpan ShortestSample = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestSample = TimeSpan.FromSeconds(5);

    public static async Task<SoakResult> RunAsync(SoakOptions options, TimeProvider clock, Action<ProcessSample> progress, CancellationToken ct)
    {
        RedisFaults? faults = options.RedisFaults ? RedisFaults.Open(clock) : null;
        ServiceChild? child = null;
        try
        {
            if (options.Url is null) child = await ServiceChild.StartAsync(Arguments(options, faults), clock, ct).ConfigureAwait(false);
            SoakTarget target = child is not null ? new SoakTarget(child.EndPoint, "127.0.0.1", child.ProcessId) : await ResolveAsync(options.Url!, ct).ConfigureAwait(false);
            return await RunAsync(options, target, child, faults, clock, progress, ct).ConfigureAwait(false);
        }
        finally
        {
            if (child is not null) await child.DisposeAsync().ConfigureAwait(false);
            if (faults is not null) await faults.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<SoakResult> RunAsync(
        SoakOptions options, SoakTarget target, ServiceChild? child, RedisFaults? faults, TimeProvider clock, Action<ProcessSample> progress, CancellationToken ct)
    {
        using IdleLines idle = await IdleLines.OpenAsync(target.EndPoint, options.Idle, ct).ConfigureAwait(false);
        using Disturbances disturbances = new(target, options.Key, options.RedisFaults, clock);
        await disturbances.PrepareAsync().ConfigureAwait(false);

        Load load = new(target, options, clock);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        long start = clock.GetTimestamp();
        Task work = Task.WhenAll(load.RunAsync(stop.Token), disturbances.RunAsync(stop.Token), faults?.RunAsync(stop.Token) ?? Task.CompletedTask);
        List<ProcessSample> samples = await WatchAsync().ConfigureAwait(false);
        TimeSpan took = clock.GetElapsedTime(start);
        await stop.CancelAsync().ConfigureAwait(false);
        await work.ConfigureAwait(false);

        int idleAtEnd = idle.Open;
        int? exitCode = child is null ? 0 : await child.StopAsync().ConfigureAwait(false);
        return new SoakResult(options, took, load, disturbances, faults?.Done ?? [], samples, idleAtEnd, exitCode);

        async Task<List<ProcessSample>> WatchAsync()
        {
            List<ProcessSample> seen = [];
            TimeSpan pause = TimeSpan.FromTicks(Math.Clamp(options.Duration.Ticks / Samples, ShortestSample.Ticks, LongestSample.Ticks));
            while (clock.GetElapsedTime(start) < options.Duration && !ct.IsCancellationRequested)
            {
                await Task.WhenAny(Task.Delay(pause, clock, ct)).ConfigureAwait(false);
                if (target.ProcessId is not { } id || ProcessSample.Read(id, clock.GetElapsedTime(start), disturbances.HeapBytes, load.Answers) is not { } sample) continue;
                seen.Add(sample);
                progress(sample);
            }

            return seen;
        }
    }

    private static IEnumerable<string> Arguments(SoakOptions options, RedisFaults? faults)
    {
        string[] redis = faults is null ? [] : ["--redis", FormattableString.Invariant($"127.0.0.1:{faults.Port}")];
        return ["--keep-alive-timeout", "1d", .. redis, .. options.ServeArguments];
    }

    private static async Task<SoakTarget> ResolveAsync(Uri url, CancellationToken ct)
    {
        if (url.Scheme != Uri.UriSchemeHttp) throw CommandException.WrongUsage($"--url is \"{PlainText.Clean(url.ToString(), 200)}\"; a soak speaks http alone.");
        IPAddress[] found = await Dns.GetHostAddressesAsync(url.IdnHost, ct).ConfigureAwait(false);
        return found.Length > 0 ? new SoakTarget(new IPEndPoint(found[0], url.Port), url.Authority, null) : throw CommandException.Failed($"{url.Host} has no address.");
    }
}
