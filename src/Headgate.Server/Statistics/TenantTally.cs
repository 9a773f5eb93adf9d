using System.Numerics;
using Headgate.Server.Load;

namespace Headgate.Server.Statistics;

/// <summary>
/// What became of one tenant's requests. Each count is spread over stripes, one for each processor or so, that no two threads write at once as a rule:
/// an addition waits for nobody, and a sum is exact once the additions are over. Thread-safe.
/// </summary>
internal sealed class TenantTally
{
    /// <summary>How many different counts there are.</summary>
    public const int Cells = Queued + 1;

    private const int Sources = 5;
    private const int Allowed = 0;
    private const int Denied = Allowed + Sources;
    private const int Impossible = Denied + Sources;
    private const int Rejected = Impossible + 1;
    private const int TimedOut = Rejected + 1;
    private const int Failed = TimedOut + 1;
    private const int Queued = Failed + 1;

    /// <summary>Two cache lines of 64 bytes.</summary>
    private const int Stride = 16;

    /// <summary>More would cost memory for each tenant, and save little.</summary>
    private const int MaxStripes = 8;

    private static readonly int Mask = Math.Min(MaxStripes, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)) - 1;

    /// <summary>The sources of decisions as metrics and traces name them.</summary>
    public static readonly string[] SourceNames = ["store", "deny_cache", "fail_open", "fail_closed", "fail_local"];

    private readonly long[] _counts = new long[(Mask + 1) * Stride];

    public void Decided(bool allowed, bool impossible, LoadOutcome outcome, DecisionSource source)
    {
        switch (outcome)
        {
            case LoadOutcome.Rejected:
                Add(Rejected);
                return;
            case LoadOutcome.TimedOut:
                Add(TimedOut);
                return;
            case LoadOutcome.Queued:
                Add(Queued);
                break;
        }

        if (allowed) Add(Allowed + (int)source);
        else Add(impossible ? Impossible : Denied + (int)source);
    }

    public void AddFailure() => Add(Failed);

    /// <summary>Adds all counts to those given, of which there are <see cref="Cells"/>.</summary>
    public void AddTo(Span<long> counts)
    {
        for (int at = 0; at < _counts.Length; at += Stride)
        {
            for (int cell = 0; cell < Cells; cell++) counts[cell] += Volatile.Read(ref _counts[at + cell]);
        }
    }

    /// <summary>What a count is of, for those of <see cref="TenantStatistics.DecisionsInstrument"/>; null for what is no outcome of its own.</summary>
    public static (string Outcome, string Source)? Name(int cell) => cell switch
    {
        < Denied => ("allowed", SourceNames[cell - Allowed]),
        < Impossible => ("denied", SourceNames[cell - Denied]),
        Impossible => ("impossible", "store"),
        Rejected => ("rejected", "none"),
        TimedOut => ("timed_out", "none"),
        Failed => ("failed", "none"),
        _ => null,
    };

    public static TenantFigures Sum(ReadOnlySpan<long> counts) => new(
        Total(counts[Allowed..Denied]), Total(counts[Denied..Impossible]), counts[Impossible], counts[Queued], counts[Rejected], counts[TimedOut], counts[Failed]);

    private static long Total(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (long count in counts) sum += count;
        return sum;
    }

    private void Add(int cell) => Interlocked.Increment(ref _counts[((Thread.GetCurrentProcessorId() & Mask) * Stride) + cell]);
}
