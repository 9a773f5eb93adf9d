using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Observability;

/// <summary>
/// Says once that failure modes decide, and once that the store does again: when it decided and no failure mode has for ten seconds, so that
/// a store that answers now and then is one outage and not hundreds. Safe for any number of threads.
/// </summary>
internal sealed class StoreOutage(ILogger logger, TimeProvider clock)
{
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private Outage? _current;

    /// <summary>True from the first decision of a failure mode on until the store has long enough answered again.</summary>
    public bool IsOn => _current is not null;

    /// <summary>A decision was taken: to be told of each while <see cref="IsOn"/>, else of those that a failure mode took.</summary>
    public void Saw(string policy, in Decision decision)
    {
        if (decision.Source >= DecisionSource.FailOpen) Failed(policy, decision.Source);
        else if (_current is { } outage) Answered(outage);
    }

    private void Failed(string policy, DecisionSource source)
    {
        long now = clock.GetTimestamp();
        Outage? outage = Volatile.Read(ref _current);
        if (outage is null)
        {
            Outage begun = new(now);
            outage = Interlocked.CompareExchange(ref _current, begun, null);
            if (outage is null)
            {
                outage = begun;
                Log.StoreOutageBegan(logger, ModeOf(source), policy);
            }
        }

        outage.Count(source, now);
    }

    private void Answered(Outage outage)
    {
        long last = outage.Last;
        if (clock.GetElapsedTime(last) < Quiet || Interlocked.CompareExchange(ref _current, null, outage) != outage) return;
        Log.StoreOutageEnded(logger, clock.GetElapsedTime(outage.Began, last).TotalSeconds, outage.Open, outage.Closed, outage.Local);
    }

    private static string ModeOf(DecisionSource source) => source switch
    {
        DecisionSource.FailOpen => "open",
        DecisionSource.FailClosed => "closed",
        _ => "local",
    };

    private sealed class Outage(long began)
    {
        private long _last = began;
        private long _open;
        private long _closed;
        private long _local;

        public long Began { get; } = began;

        public long Last => Volatile.Read(ref _last);

        public long Open => Volatile.Read(ref _open);

        public long Closed => Volatile.Read(ref _closed);

        public long Local => Volatile.Read(ref _local);

        public void Count(DecisionSource source, long now)
        {
            Volatile.Write(ref _last, now);
            if (source == DecisionSource.FailOpen) Interlocked.Increment(ref _open);
            else if (source == DecisionSource.FailClosed) Interlocked.Increment(ref _closed);
            else Interlocked.Increment(ref _local);
        }
    }
}
