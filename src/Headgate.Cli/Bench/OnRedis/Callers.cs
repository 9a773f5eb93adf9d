using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.OnRedis;

/// <summary>Callers that each ask, wait for the answer, and ask again.</summary>
internal static class Callers
{
    /// <summary>Many at once; subjects take turns lap by lap, so that what slows the machine down for a second slows all of them.</summary>
    public static async Task<IReadOnlyList<CallerSamples>> RunAsync(
        IReadOnlyList<RemoteSubject> subjects, Workload workload, int callers, RemoteEffort effort, Action<double>? progress, CancellationToken ct)
    {
        CallerSamples[] samples = [.. subjects.Select(subject => new CallerSamples(subject.Name))];
        foreach (RemoteSubject subject in subjects)
            await LapAsync(subject, workload, callers, effort.WarmUp, new CallerSamples(subject.Name), ct).ConfigureAwait(false);
        for (int lap = 0; lap < effort.Laps; lap++)
        {
            for (int turn = 0; turn < subjects.Count; turn++)
            {
                int index = (lap + turn) % subjects.Count;
                await LapAsync(subjects[index], workload, callers, effort.Lap, samples[index], ct).ConfigureAwait(false);
                progress?.Invoke(((lap * subjects.Count) + turn + 1.0) / (effort.Laps * subjects.Count));
            }
        }

        return samples;
    }

    /// <summary>One caller; subjects take turns call by call, so that they share every moment of the machine.</summary>
    public static async Task<IReadOnlyList<CallerSamples>> RunAloneAsync(
        IReadOnlyList<RemoteSubject> subjects, Workload workload, RemoteEffort effort, Action<double>? progress, CancellationToken ct)
    {
        CallerSamples[] samples = [.. subjects.Select(subject => new CallerSamples(subject.Name))];
        await TurnsAsync(subjects, workload, effort.WarmUp * subjects.Count, null, ct).ConfigureAwait(false);
        for (int lap = 0; lap < effort.Laps; lap++)
        {
            await TurnsAsync(subjects, workload, effort.Lap * subjects.Count, samples, ct).ConfigureAwait(false);
            progress?.Invoke((lap + 1.0) / effort.Laps);
        }

        return samples;
    }

    private static async Task LapAsync(
        RemoteSubject subject, Workload workload, int callers, TimeSpan time, CallerSamples samples, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using Lap lap = new(time);
        Task[] tasks = new Task[callers];
        for (int i = 0; i < callers; i++)
        {
            int cursor = (int)((long)workload.Order.Length * i / callers);
            tasks[i] = Task.Run(() => subject.CallUntilAsync(lap, workload, cursor), ct);
        }

        await Task.WhenAll(tasks).ConfigureAwait(false);
        lap.AddTo(samples);
    }

    private static async Task TurnsAsync(
        IReadOnlyList<RemoteSubject> subjects, Workload workload, TimeSpan time, CallerSamples[]? samples, CancellationToken ct)
    {
        Lap[] laps = [.. subjects.Select(_ => new Lap(time))];
        try
        {
            for (int cursor = 0; !laps[0].IsOver; cursor = (cursor + 1) & (workload.Order.Length - 1))
            {
                ct.ThrowIfCancellationRequested();
                string key = workload.Keys[workload.Order[cursor]];
                for (int i = 0; i < laps.Length; i++) await subjects[i].CallOnceAsync(laps[i], key).ConfigureAwait(false);
            }

            if (samples is null) return;
            for (int i = 0; i < laps.Length; i++) laps[i].AddTo(samples[i], isShared: true);
        }
        finally
        {
            foreach (Lap lap in laps) lap.Dispose();
        }
    }
}
