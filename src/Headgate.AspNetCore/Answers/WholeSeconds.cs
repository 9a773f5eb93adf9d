namespace Headgate.AspNetCore.Answers;

/// <summary>Times as HTTP has them: whole seconds, rounded up, so that who waits that long is never too early.</summary>
internal static class WholeSeconds
{
    /// <summary>Zero for zero.</summary>
    public static long Up(TimeSpan time)
    {
        long seconds = time.Ticks / TimeSpan.TicksPerSecond;
        return seconds * TimeSpan.TicksPerSecond < time.Ticks ? seconds + 1 : seconds;
    }

    /// <summary>
    /// How long a client that was refused should wait, at least a second; -1 if no wait helps. A denial that knows no time (nobody decided) is
    /// answered with one second too.
    /// </summary>
    public static long ToWait(in Decision decision) =>
        decision.RetryAfter == Timeout.InfiniteTimeSpan ? -1 : Math.Max(1, Up(decision.RetryAfter));

    /// <summary>The moment that is <paramref name="after"/> from the decision, as Unix time, rounded up.</summary>
    public static long UnixTime(in Decision decision, TimeSpan after)
    {
        long ticks = (decision.DecidedAt - DateTimeOffset.UnixEpoch).Ticks;
        return Up(new TimeSpan(ticks > long.MaxValue - after.Ticks ? long.MaxValue : ticks + after.Ticks));
    }
}
