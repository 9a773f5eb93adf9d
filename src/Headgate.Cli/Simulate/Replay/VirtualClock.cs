namespace Headgate.Cli.Simulate.Replay;

/// <summary>The time of the log: a store on it lives through days in a second.</summary>
internal sealed class VirtualClock(long startMicros) : TimeProvider
{
    private const long TicksPerMicro = 1000;

    private long _elapsedMicros;

    public override long TimestampFrequency => 1_000_000 * TicksPerMicro;

    public void Set(long micros) => _elapsedMicros = micros - startMicros;

    public override long GetTimestamp() => _elapsedMicros * TicksPerMicro;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMicroseconds(startMicros + _elapsedMicros);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("Nothing waits in a simulation.");
}
