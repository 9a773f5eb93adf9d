namespace Headgate.Cli.Bench.Measuring;

/// <summary>
/// How long to measure. More laps narrow the noise between runs; a round is long against the clock and short against a
/// disturbance.
/// </summary>
internal sealed record Effort(int Laps, int Rounds, TimeSpan Round, TimeSpan WarmUp)
{
    /// <summary>About ten seconds for three subjects on few keys.</summary>
    public static Effort Full { get; } = new(12, 20, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(800));

    /// <summary>About two seconds: ratios within a tenth or so.</summary>
    public static Effort Quick { get; } = new(4, 10, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(400));

    /// <summary>No more than shows that everything runs: its times mean nothing.</summary>
    public static Effort Smoke { get; } = new(1, 3, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20));
}
