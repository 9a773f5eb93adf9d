using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Headgate;

/// <summary>An exact rate: <see cref="Permits"/> per <see cref="Period"/>, kept as the fraction it is and never rounded.</summary>
/// <remarks>
/// <para>Permits: 1 to 10^15. Period: 1 microsecond to 36,525 days, a whole number of microseconds. Reduced to lowest terms
/// (permits per microseconds), permits are at most 2^32 - 1. See <see cref="LimitBounds"/>.</para>
/// <para>Two rates are equal when permits and period are: 60/min and 1/s flow alike but are written differently and are not equal.</para>
/// <para><c>default(Rate)</c> is no rate; limits refuse it. Immutable, safe for any number of threads.</para>
/// </remarks>
public readonly record struct Rate
{
    private const string What = "a rate";
    private const string Example = "100/s, 5/min, 1/30s or 0.5/s";

    private Rate(long permits, TimeSpan period)
    {
        Permits = permits;
        Period = period;
    }

    /// <summary>The permits that flow in one <see cref="Period"/>.</summary>
    public long Permits { get; }

    /// <summary>The time in which <see cref="Permits"/> flow.</summary>
    public TimeSpan Period { get; }

    /// <summary>A rate of <paramref name="permits"/> in each <paramref name="period"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain; the message names value, bound and remedy.</exception>
    public static Rate Per(long permits, TimeSpan period)
    {
        LimitBounds.CheckPermits(permits, nameof(permits));
        long micros = LimitBounds.CheckPeriod(period, nameof(period));
        long reduced = permits / (long)BigInteger.GreatestCommonDivisor(permits, micros);
        if (reduced > LimitBounds.MaxReducedPermits)
        {
            throw new ArgumentOutOfRangeException(nameof(permits), permits,
                $"permits is {permits} in {micros} microseconds, which in lowest terms is {reduced} permits; that must be at most "
                + $"{LimitBounds.MaxReducedPermits}. Use a rounder number of permits, such as a multiple of the period in microseconds.");
        }

        return new Rate(permits, period);
    }

    /// <summary>A rate of <paramref name="permits"/> each second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside its domain.</exception>
    public static Rate PerSecond(long permits) => Per(permits, TimeSpan.FromSeconds(1));

    /// <summary>A rate of <paramref name="permits"/> each second, exactly: 0.5 is one each two seconds.</summary>
    /// <remarks>The decimal is turned into a fraction in lowest terms; its period must come out at no more than 36,525 days.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The number is not above zero, or its fraction is outside the domain.</exception>
    public static Rate PerSecond(decimal permits)
    {
        if (permits <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(permits), permits,
                $"permits is {permits.ToString(CultureInfo.InvariantCulture)}; it must be above 0. Use a positive rate.");
        }

        int scale = permits.Scale;
        BigInteger denominator = BigInteger.Pow(10, scale);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(permits, bits);
        BigInteger numerator = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        if (TryFraction(numerator, denominator, TimeSpan.FromSeconds(1), out Rate rate, out string? problem)) return rate;
        throw new ArgumentOutOfRangeException(nameof(permits), permits,
            $"permits is {permits.ToString(CultureInfo.InvariantCulture)} a second: {problem}");
    }

    /// <summary>A rate of <paramref name="permits"/> each minute.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside its domain.</exception>
    public static Rate PerMinute(long permits) => Per(permits, TimeSpan.FromMinutes(1));

    /// <summary>A rate of <paramref name="permits"/> each hour.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside its domain.</exception>
    public static Rate PerHour(long permits) => Per(permits, TimeSpan.FromHours(1));

    /// <summary>A rate of <paramref name="permits"/> each day of 24 hours.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside its domain.</exception>
    public static Rate PerDay(long permits) => Per(permits, TimeSpan.FromDays(1));

    /// <summary>Reads a rate: <c>100/s</c>, <c>5/min</c>, <c>1000/h</c>, <c>7/day</c>, <c>1/30s</c>, <c>0.5/s</c>.</summary>
    /// <param name="text">Permits (decimals are exact), a slash, an optional count and a unit: us, ms, s, min, h, d or w.</param>
    /// <exception cref="FormatException">The text is not a rate; the message names the position, the value and an example.</exception>
    public static Rate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        TextCursor cursor = new(text, What, Example);
        Rate rate = Read(ref cursor);
        cursor.End();
        return rate;
    }

    /// <summary>Reads a rate as <see cref="Parse"/> does; false where that throws.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Rate rate)
    {
        rate = default;
        if (text is null) return false;
        try
        {
            rate = Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The text that <see cref="Parse"/> reads back to an equal rate: <c>5/min</c>, <c>1/30s</c>.</summary>
    public override string ToString() =>
        Permits == 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"{Permits}/{DurationText.Format(Period, bareUnit: true)}");

    internal static Rate Read(ref TextCursor cursor)
    {
        cursor.SkipSpace();
        int start = cursor.Position;
        cursor.Number("a number of permits", out long digits, out int scale);
        cursor.Take('/', "between permits and period");
        TimeSpan period = DurationText.Read(ref cursor, countRequired: false);
        if (digits == 0) throw cursor.FailAt(start, "expected a rate above 0");
        if (TryFraction(digits, BigInteger.Pow(10, scale), period, out Rate rate, out string? problem)) return rate;
        throw cursor.FailAt(start, problem, new ArgumentOutOfRangeException(nameof(cursor), problem));
    }

    /// <summary>The rate as permits per microseconds in lowest terms.</summary>
    internal (uint Permits, long PeriodMicros) Reduced()
    {
        if (Permits == 0)
            throw new ArgumentOutOfRangeException("rate", this, "rate is default(Rate), which is no rate. Build one with Rate.Per or Rate.Parse.");

        long micros = Period.Ticks / TimeSpan.TicksPerMicrosecond;
        long divisor = (long)BigInteger.GreatestCommonDivisor(Permits, micros);
        return ((uint)(Permits / divisor), micros / divisor);
    }

    private static bool TryFraction(BigInteger numerator, BigInteger denominator, TimeSpan period, out Rate rate,
        [NotNullWhen(false)] out string? problem)
    {
        rate = default;
        BigInteger divisor = denominator.IsOne ? BigInteger.One : BigInteger.GreatestCommonDivisor(numerator, denominator);
        BigInteger permits = numerator / divisor;
        BigInteger ticks = period.Ticks * (denominator / divisor);
        if (permits > LimitBounds.MaxPermits)
            problem = $"it comes to {permits} permits; that must be at most {LimitBounds.MaxPermits}. Use a smaller rate.";
        else if (ticks > LimitBounds.MaxPeriod.Ticks)
            problem = $"it comes to {permits} permits in {ticks / TimeSpan.TicksPerSecond} seconds; the period must be at most 36525 days. Use fewer decimal places.";
        else
        {
            try
            {
                rate = Per((long)permits, TimeSpan.FromTicks((long)ticks));
                problem = null;
                return true;
            }
            catch (ArgumentOutOfRangeException refused)
            {
                problem = refused.Message;
            }
        }

        return false;
    }
}
