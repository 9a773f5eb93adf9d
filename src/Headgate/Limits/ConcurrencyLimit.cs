namespace Headgate;

/// <summary>Permits held while work runs; see <see cref="Limit.Concurrency"/>.</summary>
public sealed record ConcurrencyLimit : Limit
{
    internal ConcurrencyLimit(long permits, TimeSpan leaseTime)
    {
        Permits = LimitBounds.CheckPermits(permits, nameof(permits));
        LeaseMicros = LimitBounds.CheckPeriod(leaseTime, nameof(leaseTime));
        LeaseTime = leaseTime;
    }

    /// <summary>The lease time where none is given: one minute.</summary>
    public static TimeSpan DefaultLeaseTime { get; } = TimeSpan.FromMinutes(1);

    /// <summary>The permits that may be held at once: 1 to 10^15.</summary>
    public long Permits { get; }

    /// <summary>How long a permit is held without a release or a renewal: 1 microsecond to 36,525 days.</summary>
    public TimeSpan LeaseTime { get; }

    internal long LeaseMicros { get; }

    internal override string Kind => "concurrency";

    internal override string Numbers => $"permits={Permits}, lease={DurationText.Format(LeaseTime)}";
}
