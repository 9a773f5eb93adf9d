namespace Headgate;

/// <summary>The exact domain of every number a limit is made of. What lies inside is computed exactly; what lies outside is refused.</summary>
/// <remarks>
/// The bounds keep every product of the integer arithmetic below 2^63 in memory and every stored number below 2^53,
/// so that a store whose numbers are doubles (Redis Lua) can hold the same state.
/// </remarks>
public static class LimitBounds
{
    /// <summary>The largest number of permits, capacity or permits per period: 10^15.</summary>
    public const long MaxPermits = 1_000_000_000_000_000;

    /// <summary>The largest number of permits of a sliding log, which remembers every admitted charge: 1,000,000.</summary>
    public const long MaxSlidingLogPermits = 1_000_000;

    /// <summary>
    /// The largest number of permits in a rate once the fraction permits/microseconds is reduced to lowest terms: 2^32 - 1.
    /// Round rates stay far below it (1,000,000,000 a second reduces to 1,000 a microsecond).
    /// </summary>
    public const long MaxReducedPermits = uint.MaxValue;

    /// <summary>
    /// The largest product of a bucket's capacity and its rate's reduced period in microseconds: 2^61.
    /// A bucket must also fill within <see cref="MaxPeriod"/>, which binds first for slow rates: 7 a day allows a capacity of 255,675.
    /// </summary>
    public const long MaxBucketProduct = 1L << 61;

    /// <summary>The most limits that one composite may hold, nested ones counted: 32.</summary>
    public const int MaxLimitsInComposite = 32;

    /// <summary>The most levels of composites within composites, the outermost counted: 8.</summary>
    public const int MaxCompositeDepth = 8;

    /// <summary>The longest name of a limit, in characters: 128.</summary>
    public const int MaxNameLength = 128;

    /// <summary>The shortest period, window or lease time: one microsecond, the resolution of every limit.</summary>
    public static TimeSpan MinPeriod { get; } = TimeSpan.FromMicroseconds(1);

    /// <summary>The longest period, window, lease time or time to fill a bucket: 36,525 days (100 years).</summary>
    public static TimeSpan MaxPeriod { get; } = TimeSpan.FromDays(36_525);

    internal const long MaxPeriodMicros = 36_525L * 86_400_000_000;

    internal static long CheckPermits(long permits, string parameter, long max = MaxPermits, string remedy = "")
    {
        if (permits >= 1 && permits <= max) return permits;
        string advice = permits < 1
            ? "Use at least 1; to refuse everything, do not admit the request instead of configuring a limit of nothing."
            : remedy.Length > 0 ? remedy : "Use a smaller number, or count in larger units.";
        throw new ArgumentOutOfRangeException(parameter, permits, $"{parameter} is {permits}; it must be between 1 and {max}. {advice}");
    }

    internal static long CheckPeriod(TimeSpan period, string parameter)
    {
        if (period < MinPeriod || period > MaxPeriod)
        {
            throw new ArgumentOutOfRangeException(parameter, period,
                $"{parameter} is {period:c}; it must be between 1 microsecond and 36525 days. Use a period within these bounds.");
        }

        if (period.Ticks % TimeSpan.TicksPerMicrosecond != 0)
        {
            throw new ArgumentOutOfRangeException(parameter, period,
                $"{parameter} is {period.Ticks} ticks of 100 ns; it must be a whole number of microseconds, between 1 microsecond and "
                + "36525 days. Round it to a multiple of 10 ticks.");
        }

        return period.Ticks / TimeSpan.TicksPerMicrosecond;
    }
}
