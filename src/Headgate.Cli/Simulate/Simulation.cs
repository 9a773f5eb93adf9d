using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Headgate.Cli.Simulate.Input;
using Headgate.Cli.Simulate.Ordering;
using Headgate.Cli.Simulate.Replay;
using Headgate.Cli.Simulate.Search;

namespace Headgate.Cli.Simulate;

/// <summary>One simulation: a thread reads, this one puts in order and replays; then the search replays what was kept.</summary>
internal sealed class Simulation(SimulateOptions options, Terminal terminal, ProgressLine progress, CancellationToken ct)
{
    private const int BatchSize = 2048;
    private const int BatchesAhead = 64;

    private static readonly int[] BurstSeconds = [1, 10, 60];

    private readonly KeyTable _keys = new();
    private readonly List<LimitReplay> _replays = [];
    private readonly Timeline _timeline = new(options.Limits.Count + 1);
    private readonly ReorderBuffer _order = new(options.ReorderMicros, options.ReorderCapacity);
    private long _from;
    private long _to;
    private long _firstCost = -1;
    private bool _equalCosts = true;

    public async Task<SimulationResult> RunAsync()
    {
        long started = terminal.Clock.GetTimestamp();
        BadLines bad = new(options.SkipBad);
        KeyBuilder builder = new(_keys, options.Fields.Key.Count);
        using MergedSources sources = Open(builder, bad);
        using EventLog log = new(options.EventMemoryBytes);
        try
        {
            progress.Reading([.. sources.All.Select(s => s.Raw)]);
            await ReadAllAsync(sources, log).ConfigureAwait(false);
            CheckSomethingWasRead(sources, bad, builder, log);

            (BurstResult[] bursts, KnobResult[][] found) = SearchAll(log, builder);
            return new SimulationResult
            {
                Files = [.. sources.All.Select(s => new FileResult(s.File, LogFormats.NameOf(s.Format), s.Lines))],
                Key = options.Fields.KeyText,
                Cost = options.Fields.CostText,
                Lines = sources.All.Sum(s => s.Lines),
                Requests = log.Count,
                Keys = _keys.Count,
                WithoutKey = builder.MissingFields,
                From = _from,
                To = _to,
                BadLines = bad.Count,
                FirstBadLines = bad.First,
                OutOfOrder = sources.All.Sum(s => s.OutOfOrder),
                MostLateMicros = sources.All.Max(s => s.MostLate),
                Clamped = _order.Clamped,
                ReorderMicros = options.ReorderMicros,
                Timeline = _timeline,
                Bursts = bursts,
                Limits = [.. _replays.Select((r, i) => ResultOf(r, found[i], builder))],
                LimitIsDefault = options.LimitIsDefault,
                Searched = options.Search,
                EqualCosts = _equalCosts,
                Elapsed = terminal.Clock.GetElapsedTime(started),
            };
        }
        finally
        {
            foreach (LimitReplay replay in _replays) replay.Dispose();
        }
    }

    private MergedSources Open(KeyBuilder builder, BadLines bad)
    {
        List<LogSource> opened = [];
        try
        {
            foreach (string file in options.Files) opened.Add(LogSource.Open(file, options.Format, options.Fields, builder, bad,
                terminal));
            return new MergedSources(opened);
        }
        catch
        {
            foreach (LogSource source in opened) source.Dispose();
            throw;
        }
    }

    /// <summary>Reading and replaying take about as long as each other, so they share the work between two threads.</summary>
    private async Task ReadAllAsync(MergedSources sources, EventLog log)
    {
        using BlockingCollection<(LogEvent[] Events, int Count)> batches = new(BatchesAhead);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task reading = Task.Factory.StartNew(
            () => ReadBatches(sources, batches, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        try
        {
            foreach ((LogEvent[] events, int count) in batches.GetConsumingEnumerable(ct))
            {
                for (int i = 0; i < count; i++)
                {
                    _order.Push(events[i]);
                    while (_order.TryPop(out LogEvent next)) Replay(next, log);
                }
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await reading.ConfigureAwait(false);
        _order.Complete();
        while (_order.TryPop(out LogEvent next)) Replay(next, log);
        log.Complete();
    }

    private static void ReadBatches(MergedSources sources, BlockingCollection<(LogEvent[] Events, int Count)> batches,
        CancellationToken stop)
    {
        try
        {
            bool more = true;
            while (more)
            {
                LogEvent[] events = new LogEvent[BatchSize];
                int count = 0;
                while (count < BatchSize && (more = sources.TryRead(out events[count]))) count++;
                batches.Add((events, count), stop);
            }
        }
        finally
        {
            batches.CompleteAdding();
        }
    }

    private void Replay(in LogEvent next, EventLog log)
    {
        if (log.Count == 0)
        {
            _from = next.Time;
            _firstCost = next.Cost;
            foreach (Limit limit in options.Limits) _replays.Add(new LimitReplay(limit, next.Time));
        }

        _equalCosts &= next.Cost == _firstCost;
        _to = next.Time;
        log.Append(next);
        int bin = _timeline.BinOf(next.Time);
        _timeline.Add(0, bin);
        string name = _keys[next.Key];
        for (int i = 0; i < _replays.Count; i++)
        {
            if (!_replays[i].Replay(next.Key, name, next.Time, next.Cost)) _timeline.Add(i + 1, bin);
        }
    }

    private void CheckSomethingWasRead(MergedSources sources, BadLines bad, KeyBuilder builder, EventLog log)
    {
        string files = string.Join(", ", sources.All.Select(s => s.File).Take(5));
        if (log.Count == 0)
        {
            string first = bad.First.Count > 0
                ? $" The first problem: line {bad.First[0].Line}: {bad.First[0].Problem}.\n  {bad.First[0].Text}" : "";
            throw CommandException.Failed(bad.Count > 0
                ? $"{files}: {(bad.Count == 1 ? "its only line could not" : $"none of {Format.Count(bad.Count)} lines could")} be read.{first}"
                : $"{files} has no requests. Name a log that has lines.");
        }

        if (builder.MissingFields == log.Count && options.Fields.Key.Count == 1)
        {
            throw CommandException.WrongUsage(
                $"{files}: no line has a value for the field {PlainText.Clean(options.Fields.KeyText)}, so there is nothing to tell callers apart by. "
                + "Name another field with --key.");
        }
    }

    /// <summary>Every number of every limit, and the bursts, are looked for side by side.</summary>
    private (BurstResult[] Bursts, KnobResult[][] Found) SearchAll(EventLog log, KeyBuilder builder)
    {
        BurstResult[] bursts = new BurstResult[BurstSeconds.Length];
        LimitKnob[][] knobs = [.. options.Limits.Select(l => options.Search ? LimitKnob.Of(l).ToArray() : [])];
        KnobResult[][] found = [.. knobs.Select(k => new KnobResult[k.Length])];
        List<Action> jobs = [];
        for (int i = 0; i < knobs.Length; i++)
        {
            for (int k = 0; k < knobs[i].Length; k++)
            {
                (int limit, int number) = (i, k);
                jobs.Add(() => found[limit][number] = Search(knobs[limit][number], _replays[limit], log));
            }
        }

        for (int i = 0; i < BurstSeconds.Length; i++)
        {
            int span = i;
            jobs.Add(() => bursts[span] = FindBursts(BurstSeconds[span], log, builder));
        }

        progress.Searching(jobs.Count);
        ParallelOptions parallel = new() { CancellationToken = ct, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.ForEach(Partitioner.Create(jobs, loadBalance: true), parallel, job =>
            {
                job();
                progress.SearchDone();
            });
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<CommandException>().FirstOrDefault() is { } first)
        {
            // The jobs share one file of events: what refuses one refuses all, and once is enough to say so.
            ExceptionDispatchInfo.Throw(first);
        }

        return (bursts, found);
    }

    private KnobResult Search(LimitKnob knob, LimitReplay replay, EventLog log)
    {
        bool same = knob.Build(knob.Given) is { } asGiven && asGiven.Equals(replay.Limit);
        using LimitSearch search = new(knob, log, _keys.Count, ct);
        return new KnobResult(knob, search.Run(same ? replay.Keys : []));
    }

    private BurstResult FindBursts(int seconds, EventLog log, KeyBuilder builder) => new(seconds,
        [.. BurstFinder.Find(log, _keys.Count, seconds * 1_000_000L, options.Top, ct).Select(b =>
            new BurstRow(builder.TextOf(b.Key), b.Requests, b.EndMicros))]);

    private LimitResult ResultOf(LimitReplay replay, KnobResult[] found, KeyBuilder builder)
    {
        int known = Math.Min(replay.Keys.Length, _keys.Count);
        KeyOutcome[] outcomes = replay.Keys[..known].ToArray();
        return new LimitResult
        {
            Limit = replay.Limit,
            Allowed = replay.Allowed,
            Denied = replay.Denied,
            Impossible = replay.Impossible,
            KeysDenied = outcomes.LongCount(o => o.Denied > 0),
            LongestLockOut = outcomes.Max(o => o.LongestLockOut),
            Delays = HasLeakyBucket(replay.Limit),
            Delayed = replay.Delayed,
            TotalDelay = replay.TotalDelay,
            LongestDelay = replay.LongestDelay,
            Keys = [.. TopKeys.Largest(known, options.Top, k => outcomes[k].Denied).Select(k =>
                new KeyRow(builder.TextOf(k), outcomes[k]))],
            Found = found,
        };
    }

    private static bool HasLeakyBucket(Limit limit) =>
        limit is LeakyBucketLimit || (limit is CompositeLimit composite && composite.Limits.Any(HasLeakyBucket));
}
