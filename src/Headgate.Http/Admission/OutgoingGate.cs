using Headgate.Http.Learning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Http.Admission;

/// <summary>What outlives a handler: a client's limit, what was learned of the other side, and who waits. Thread-safe; one for each client and registration.</summary>
internal sealed class OutgoingGate
{
    private readonly Limiter _limiter;
    private readonly TimeProvider _clock;
    private readonly KeyLines _lines;
    private readonly bool _holdsPermits;
    private readonly bool _spacesOut;

    public OutgoingGate(string client, Limiter limiter, HandlerSettings settings, TimeProvider clock, ILogger? logger)
    {
        _limiter = limiter;
        _clock = clock;
        _lines = new KeyLines(clock, settings, AskAsync);
        _holdsPermits = Has<ConcurrencyLimit>(limiter.Limit);
        _spacesOut = Has<LeakyBucketLimit>(limiter.Limit);
        Settings = settings;
        Client = HttpTelemetry.LabelOf(client);
        Logger = logger ?? NullLogger.Instance;
    }

    public HandlerSettings Settings { get; }

    /// <summary>The client's label in metrics and logs.</summary>
    public string Client { get; }

    public ILogger Logger { get; }

    /// <summary>Requests that wait because the other side is to be left alone.</summary>
    public int Held => _lines.Held;

    public string KeyOf(HttpRequestMessage request) => Settings.PartitionKey(request)
        ?? throw new InvalidOperationException("PartitionKey returned null for a request; it must return a key. Use \"\" for requests that share one.");

    public long CostOf(HttpRequestMessage request)
    {
        if (Settings.CostOf is not { } costOf) return Settings.Cost;
        long cost = costOf(request);
        if (cost < 0) throw new InvalidOperationException($"CostOf returned {cost} for a request; it must be 0 or more. Use 0 for requests that take no permits.");
        return cost;
    }

    /// <summary>
    /// Asks the limit alone, if nothing else has a say: no word of the other side, nobody who came before, no place to hold. The answer is there at
    /// once where the store is in memory, and then nothing has been allocated. Once asked it is not cancelled: the charge would be made and
    /// nobody know; <see cref="EnterAsync(ValueTask{Decision}, string, long, CancellationToken)"/> gives back what nobody wants any more.
    /// </summary>
    public bool TryAsk(string key, long cost, CancellationToken ct, out ValueTask<Decision> asked)
    {
        bool isPlain = !_holdsPermits && _lines.IsQuiet(key);
        asked = !isPlain ? default : ct.IsCancellationRequested ? ValueTask.FromCanceled<Decision>(ct) : _limiter.AcquireAsync(key, cost, CancellationToken.None);
        return isPlain;
    }

    /// <summary>How long the other side is still to be left alone; zero if it need not be.</summary>
    public TimeSpan LearnedLeft(string key) => _lines.Left(key);

    /// <summary>Takes permits without waiting for anything, nor for those that wait; false if the limit or its store cannot do that.</summary>
    public bool TryTake(string key, long cost, out Decision decision)
    {
        decision = default;
        if (_holdsPermits || _spacesOut) return false;
        try
        {
            decision = _limiter.Acquire(key, cost);
            return true;
        }
        catch (NotSupportedException)
        {
            // The store is not in memory; who calls says what to do.
            return false;
        }
    }

    /// <summary>Takes permits, waiting for them as far as the settings say.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing stays charged.</exception>
    public async ValueTask<Entry> EnterAsync(string key, long cost, CancellationToken ct)
    {
        if (!_lines.IsQuiet(key)) return await WaitAsync(key, cost, ct).ConfigureAwait(false);
        Entry entry = await TakeAsync(key, cost, ct).ConfigureAwait(false);
        return await SettleAsync(entry, key, cost, ct).ConfigureAwait(false);
    }

    /// <summary>The same, where <see cref="TryAsk"/> has asked already.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing stays charged.</exception>
    public async ValueTask<Entry> EnterAsync(ValueTask<Decision> asked, string key, long cost, CancellationToken ct) =>
        await SettleAsync(new Entry(await asked.ConfigureAwait(false)), key, cost, ct).ConfigureAwait(false);

    /// <summary>Heeds what an answer says. It makes us stay away for longer, never for less.</summary>
    public void Learn(string key, HttpResponseMessage response)
    {
        TimeSpan wait = AnswerReader.Read(response, _clock, out LearnedFrom from);
        if (from == LearnedFrom.Nothing) return;
        wait = Min(wait + (wait * (Settings.LearnedJitter * Settings.NextRandom())), Settings.MaxLearnedWait);
        if (_lines.TryBlock(key, wait)) HttpLog.Learned(Logger, Client, wait.TotalSeconds, (int)response.StatusCode, from);
        else HttpLog.LearnedTableFull(Logger, Client, Settings.MaxLearnedKeys);
    }

    private async ValueTask<Entry> SettleAsync(Entry entry, string key, long cost, CancellationToken ct)
    {
        if (!entry.IsAllowed)
        {
            bool mayWait = Settings.MaxWait > TimeSpan.Zero && entry.Decision.RetryAfter != Timeout.InfiniteTimeSpan;
            return mayWait ? await WaitAsync(key, cost, ct).ConfigureAwait(false) : entry;
        }

        entry = await HoldAsync(entry, key, cost, ct).ConfigureAwait(false);
        if (_lines.Left(key) == TimeSpan.Zero) return entry;
        await GiveBackAsync(entry, key, cost).ConfigureAwait(false);
        return await WaitAsync(key, cost, ct).ConfigureAwait(false);
    }

    /// <summary>Waits for the turn: until the other side's time has passed, then in the limit's line; again if the other side has spoken meanwhile.</summary>
    private async ValueTask<Entry> WaitAsync(string key, long cost, CancellationToken ct)
    {
        HeldRequest request = new(_lines.NextTurn(), key, cost, _clock.GetTimestamp(), ct);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            Passage passage = _lines.Join(request, out TimeSpan left);
            if (passage == Passage.Refused) return new Entry(default, LearnedLeft: Max(left, TimeSpan.FromMilliseconds(1)));
            Task<Entry> asked = passage == Passage.Free ? AskAsync(request) : await HeldAsync(request).ConfigureAwait(false);
            Entry entry = await asked.ConfigureAwait(false);
            if (!entry.IsAllowed || _lines.Left(key) == TimeSpan.Zero) return entry with { HasWaited = true };
            await GiveBackAsync(entry, key, cost).ConfigureAwait(false);
        }
    }

    private async Task<Task<Entry>> HeldAsync(HeldRequest request)
    {
        using CancellationTokenRegistration cancelled = request.Ct.UnsafeRegister(
            static state =>
            {
                (KeyLines lines, HeldRequest request) = ((KeyLines, HeldRequest))state!;
                lines.Abandon(request);
            },
            (_lines, request));
        return await request.Moved.ConfigureAwait(false);
    }

    /// <summary>Stands in the limit's line, in which it has a place when this returns.</summary>
    private async Task<Entry> AskAsync(HeldRequest request)
    {
        try
        {
            TimeSpan left = Settings.MaxWait - _clock.GetElapsedTime(request.Start);
            Entry entry;
            if (left <= TimeSpan.Zero || request.Cost == 0)
            {
                entry = await TakeAsync(request.Key, request.Cost, request.Ct).ConfigureAwait(false);
                return entry.IsAllowed ? await HoldAsync(entry, request.Key, request.Cost, request.Ct).ConfigureAwait(false) : entry;
            }

            entry = _holdsPermits
                ? Of(await _limiter.EnterAsync(request.Key, request.Cost, left, request.Ct).ConfigureAwait(false))
                : new Entry(await _limiter.WaitAsync(request.Key, request.Cost, left, request.Ct).ConfigureAwait(false));
            // Looked at once: one that is cancelled between two looks would be thrown away with what it took.
            if (!request.Ct.IsCancellationRequested) return entry;
            if (entry.IsAllowed) await GiveBackAsync(entry, request.Key, request.Cost).ConfigureAwait(false);
            throw new OperationCanceledException(request.Ct);
        }
        finally
        {
            _lines.Leave(request.Key);
        }
    }

    /// <summary>What can be had now. Cancelled before it asks, not meanwhile: see <see cref="TryAsk"/>. <see cref="HoldAsync"/> must follow if it is allowed.</summary>
    private async ValueTask<Entry> TakeAsync(string key, long cost, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!_holdsPermits) return new Entry(await _limiter.AcquireAsync(key, cost, CancellationToken.None).ConfigureAwait(false));
        // A lease holds a permit or more; what costs nothing has nothing to hold.
        return cost == 0
            ? new Entry(new Decision { IsAllowed = true })
            : Of(await _limiter.EnterAsync(key, cost, ct: CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>Holds admitted work until a leaky bucket lets it go; cancelled, it never ran, and its permits go back.</summary>
    private async ValueTask<Entry> HoldAsync(Entry entry, string key, long cost, CancellationToken ct)
    {
        try
        {
            ct.ThrowIfCancellationRequested();
            if (entry.Decision.Delay <= TimeSpan.Zero) return entry;
            await Pause.WaitAsync(entry.Decision.Delay, _clock, ct).ConfigureAwait(false);
            return entry with { HasWaited = true };
        }
        catch (OperationCanceledException)
        {
            await GiveBackAsync(entry, key, cost).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask GiveBackAsync(Entry entry, string key, long cost)
    {
        try
        {
            await _limiter.RefundAsync(key, entry.Decision, cost, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreUnavailableException or ObjectDisposedException)
        {
            // What cannot be given back now flows back with time, as if the request had been sent.
            return;
        }
        finally
        {
            if (entry.Lease is not null) await entry.Lease.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Entry Of(ConcurrencyLease lease) => new(lease.Decision, lease.IsAcquired ? lease : null);

    private static bool Has<T>(Limit limit) => limit is T || (limit is CompositeLimit all && all.Limits.Any(Has<T>));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
