using System.Runtime.CompilerServices;

namespace Headgate.Memory;

/// <summary>
/// Microseconds since 1970 from a <see cref="TimeProvider"/>: the wall clock once, at construction, then its monotonic timestamp.
/// So windows are aligned to the wall clock and a step of the wall clock moves no limit.
/// </summary>
internal sealed class StoreClock
{
    private const long MicrosPerSecond = 1_000_000;
    private const long NanosecondTicks = 1000;

    private readonly TimeProvider _provider;
    private readonly long _startMicros;
    private readonly long _startTimestamp;
    private readonly long _frequency;

    /// <summary>Timestamp ticks of a microsecond; 0 if that is no whole number.</summary>
    private readonly long _ticksPerMicro;

    public StoreClock(TimeProvider provider)
    {
        _provider = provider;
        _frequency = provider.TimestampFrequency;
        _ticksPerMicro = _frequency % MicrosPerSecond == 0 ? _frequency / MicrosPerSecond : 0;
        _startMicros = Math.Max(0, (provider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        _startTimestamp = provider.GetTimestamp();
    }

    public TimeProvider Provider => _provider;

    /// <summary>Now, rounded down; never below 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Now()
    {
        long ticks = _provider.GetTimestamp() - _startTimestamp;
        if (_ticksPerMicro == NanosecondTicks && ticks >= 0) return _startMicros + (long)((ulong)ticks / NanosecondTicks);
        return Convert(ticks);
    }

    private long Convert(long ticks)
    {
        Int128 micros = _ticksPerMicro > 0 ? Floor(ticks, _ticksPerMicro) : Floor((Int128)ticks * MicrosPerSecond, _frequency);
        return (long)Int128.Max(0, _startMicros + micros);
    }

    private static Int128 Floor(Int128 dividend, Int128 divisor)
    {
        (Int128 quotient, Int128 remainder) = Int128.DivRem(dividend, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
