using System.Threading.Channels;
using Headgate.Extensions.Diagnostics;
using Headgate.Extensions.Policies;
using Microsoft.Extensions.Logging;

namespace Headgate.Extensions.Configuration;

/// <summary>Takes over what changes while the application runs, whole or not at all. One loop; looks and reads nowhere else.</summary>
/// <remarks>
/// A change is read when the same content was there twice in a row, and one that cannot be is read again a few times before it is refused:
/// editors and tools write a file in pieces, or take it away for a moment.
/// </remarks>
internal sealed class ConfigurationReload : IDisposable, IAsyncDisposable
{
    /// <summary>How often those are looked at who do not tell every change.</summary>
    public static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(500);

    /// <summary>How long content must stand still.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);

    /// <summary>Before what cannot be is read again: 350 ms in all.</summary>
    private static readonly TimeSpan[] Retries = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)];

    /// <summary>Content that never stands still is read as it is after so many looks.</summary>
    private const int MostSettling = 10;

    private readonly LoadedConfiguration _loaded;
    private readonly PolicySettings _code;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IDisposable> _watches = [];
    private RateLimitPolicies? _policies;
    private Task _loop = Task.CompletedTask;
    private int _disposed;

    public ConfigurationReload(LoadedConfiguration loaded, PolicySettings code, TimeProvider clock, ILogger logger)
    {
        _loaded = loaded;
        _code = code;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>Begins to watch. Once.</summary>
    public void Start(RateLimitPolicies policies)
    {
        _policies = policies;
        if (_loaded.Sources.Count == 0) return;
        foreach (LoadedSource one in _loaded.Sources)
        {
            if (one.Source.Watch(Signal) is { } watch) _watches.Add(watch);
        }

        if (_loaded.Sources.Any(one => one.Source.IsPolled)) _watches.Add(_clock.CreateTimer(_ => Signal(), null, PollPause, PollPause));
        // Something may have changed since it was read.
        Signal();
        _loop = Task.Run(LoopAsync);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (IDisposable watch in _watches) watch.Dispose();
        _stop.Cancel();
        _signals.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private async Task LoopAsync()
    {
        try
        {
            await foreach (bool _ in _signals.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await CheckAsync(_stop.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
                {
                    // Nobody else would hear of it, and the next change must still be seen.
                    ConfigurationLog.Failed(_logger, e);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Looks at all sources and takes over what has changed.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        if (!_loaded.Sources.Any(one => one.Source.MayHaveChanged())) return;
        Look[] looks = LookAtAll();
        for (int attempt = 0; looks.Any(look => look.IsNews); attempt++)
        {
            looks = await SettledAsync(looks, ct).ConfigureAwait(false);
            if (!looks.Any(look => look.IsNews)) return;
            bool isLast = attempt == Retries.Length;
            if (Apply(looks, isLast) || isLast) return;
            await Task.Delay(Retries[attempt], _clock, ct).ConfigureAwait(false);
            looks = LookAtAll();
        }
    }

    private async Task<Look[]> SettledAsync(Look[] before, CancellationToken ct)
    {
        for (int i = 0; i < MostSettling; i++)
        {
            await Task.Delay(Settle, _clock, ct).ConfigureAwait(false);
            Look[] now = LookAtAll();
            if (now.Select(look => look.Hash).SequenceEqual(before.Select(look => look.Hash))) return now;
            before = now;
        }

        return before;
    }

    private Look[] LookAtAll()
    {
        Look[] looks = [.. _loaded.Sources.Select(Look.At)];
        foreach (Look look in looks)
        {
            // What is in force is there again: should it go away or be spoilt once more, that is news.
            if (look.Hash == look.Of.Hash) look.Of.RefusedHash = null;
        }

        return looks;
    }

    /// <summary>True if nothing is left to be taken over.</summary>
    private bool Apply(Look[] looks, bool isLast)
    {
        // What was refused for want of another's policy may be possible now.
        List<Change> changes = [.. looks.Where(look => look.Hash != look.Of.Hash).Select(Change.Of)];
        List<Change> possible = [.. changes.Where(change => change.Reading is not null)];
        // Several may only be possible together; if they are not, each stands for itself.
        if (possible.Count > 0 && TryApply(possible) is { } error)
        {
            foreach (Change change in possible) change.Error = possible.Count == 1 ? error : TryApply([change]);
        }

        foreach (Change change in changes)
        {
            if (change.Error is null) Applied(change);
            else if (isLast && change.Look.IsNews) Refused(change);
        }

        return changes.TrueForAll(change => change.Error is null || !change.Look.IsNews);
    }

    private HeadgateConfigurationException? TryApply(List<Change> changes)
    {
        HashSet<string> known = [.. _code.Policies.Select(policy => policy.Name), .. _policies!.Policies.Select(policy => policy.Name)];
        foreach (LoadedSource source in _loaded.Sources)
        {
            // What this one says no more is not known any more, unless the code or another source says it.
            ConfigurationReading? next = changes.Find(change => change.Look.Of == source)?.Reading;
            if (next is null) continue;
            known.ExceptWith(source.Reading.Settings.Policies.Select(policy => policy.Name));
        }

        foreach (LoadedSource source in _loaded.Sources)
            known.UnionWith((changes.Find(change => change.Look.Of == source)?.Reading ?? source.Reading).Settings.Policies.Select(policy => policy.Name));
        known.UnionWith(_code.Policies.Select(policy => policy.Name));
        ConfigurationErrors errors = new();
        foreach (Change change in changes) errors.AddRange(PolicyReferences.Unknown(change.Reading!, known));
        if (errors.Count > 0) return new HeadgateConfigurationException(errors.All);
        try
        {
            _policies.Configure([.. changes.Select(change => (change.Look.Of.Layer, change.Reading!.Settings))]);
            return null;
        }
        catch (Exception e) when (e is PolicyException or ArgumentException)
        {
            return new HeadgateConfigurationException([new(changes[0].Look.Of.Source.Name, null, null, "", Printable.Of(e.Message, 1_000))], e);
        }
    }

    private void Applied(Change change)
    {
        LoadedSource of = change.Look.Of;
        of.Hash = change.Look.Hash;
        of.Reading = change.Reading!;
        of.RefusedHash = null;
        ConfigurationTelemetry.Record(applied: true);
        ConfigurationLog.Applied(_logger, of.Source.Name, of.Reading.Settings.Policies.Count, of.Reading.Settings.Routes.Count);
        if (LoadedConfiguration.Merge(_loaded.Sources.Select(source => source.Reading.Settings.Store)) != _loaded.Store) ConfigurationLog.StoreStays(_logger, of.Source.Name);
    }

    private void Refused(Change change)
    {
        change.Look.Of.RefusedHash = change.Look.Hash ?? Look.Missing;
        ConfigurationTelemetry.Record(applied: false);
        ConfigurationLog.Refused(_logger, change.Look.Of.Source.Name, string.Join(Environment.NewLine, change.Error!.Errors));
    }

    /// <summary>What one source had at one moment, or why it could not be had.</summary>
    private sealed record Look(LoadedSource Of, SourceContent? Content, HeadgateConfigurationException? Error)
    {
        public const string Unreadable = "unreadable";

        public string? Hash => Error is not null ? Unreadable : Content?.Hash;

        /// <summary>True if it is neither in force nor refused already. What was never there is no news while it is not there.</summary>
        public bool IsNews => Hash != Of.Hash && (Of.RefusedHash ?? "") != (Hash ?? Missing);

        public const string Missing = "missing";

        public static Look At(LoadedSource source)
        {
            try
            {
                return new Look(source, source.Source.Look(), null);
            }
            catch (HeadgateConfigurationException e)
            {
                return new Look(source, null, e);
            }
        }
    }

    private sealed class Change(Look look)
    {
        public Look Look => look;

        public ConfigurationReading? Reading { get; private init; }

        public HeadgateConfigurationException? Error { get; set; }

        public static Change Of(Look look)
        {
            if (look.Error is not null) return new Change(look) { Error = look.Error };
            if (look.Content is null)
                return new Change(look) { Error = new HeadgateConfigurationException([new(look.Of.Source.Name, null, null, "", "the file is gone; what it said stays in force. Put it back, or write 'policies: {}' to take its policies away.")]) };
            try
            {
                return new Change(look) { Reading = look.Content.Read() };
            }
            catch (HeadgateConfigurationException e)
            {
                return new Change(look) { Error = e };
            }
        }
    }
}
