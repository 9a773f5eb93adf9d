namespace Headgate.Benchmarks.OnLoad;

/// <summary>A request of the tenant that did nothing wrong.</summary>
/// <param name="At">Seconds after the start.</param>
/// <param name="Millis">From request to answer.</param>
/// <param name="IsServed">False if it was refused.</param>
internal readonly record struct QuietRequest(double At, double Millis, bool IsServed);

/// <summary>
/// Two tenants at one gate, in real time: a quiet one asks now and then, and in the middle of the run another floods. The work of a request is
/// a pause, so that places, not processors, are what is short.
/// </summary>
internal sealed class FairnessRun(bool isFair, double seconds) : IDisposable
{
    public const int Places = 8, FloodPerSecond = 20_000, QuietPerSecond = 25, QueuePerFlow = 100;
    public const double WorkMillis = 20;

    private readonly FairGate _gate = new(new FairGateOptions { MaxConcurrent = Places, MaxQueuePerFlow = isFair ? QueuePerFlow : 2 * QueuePerFlow });
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly List<QuietRequest> _quiet = [];

    public double FloodFrom => seconds * 0.3;

    public double FloodTo => seconds * 0.7;

    /// <summary>Runs it to the end and says how the quiet tenant fared, in the order of its requests.</summary>
    public async Task<IReadOnlyList<QuietRequest>> RunAsync()
    {
        await Task.WhenAll(AskQuietlyAsync(), FloodAsync()).ConfigureAwait(false);
        return [.. _quiet.OrderBy(r => r.At)];
    }

    public void Dispose() => _gate.Dispose();

    private double Now => TimeProvider.System.GetElapsedTime(_start).TotalSeconds;

    private async Task AskQuietlyAsync()
    {
        Random random = new(1);
        List<Task> asked = [];
        for (double next = 0; next < seconds; next += -Math.Log(1 - random.NextDouble()) / QuietPerSecond)
        {
            if (next > Now) await PauseAsync((next - Now) * 1000).ConfigureAwait(false);
            asked.Add(AskAsync());
        }

        await Task.WhenAll(asked).ConfigureAwait(false);

        async Task AskAsync()
        {
            double at = Now;
            bool isServed = await ServeAsync("quiet").ConfigureAwait(false);
            lock (_quiet) _quiet.Add(new QuietRequest(at, (Now - at) * 1000, isServed));
        }
    }

    private async Task FloodAsync()
    {
        await PauseAsync(FloodFrom * 1000).ConfigureAwait(false);
        long sent = 0;
        while (Now < FloodTo)
        {
            for (double due = (Now - FloodFrom) * FloodPerSecond; sent < due; sent++) _ = ServeAsync("flood");
            await PauseAsync(1).ConfigureAwait(false);
        }
    }

    private async Task<bool> ServeAsync(string tenant)
    {
        using FairPass pass = await _gate.EnterAsync(new FairFlow(isFair ? tenant : "everybody")).ConfigureAwait(false);
        if (pass.IsEntered) await PauseAsync(WorkMillis).ConfigureAwait(false);
        return pass.IsEntered;
    }

    private static Task PauseAsync(double millis) => Task.Delay(TimeSpan.FromMilliseconds(millis), TimeProvider.System);
}
