namespace Headgate;

/// <summary>How many a <see cref="FairGate"/> lets in, and who may wait for how long. Immutable; a number out of its range is refused when it is set.</summary>
public sealed record FairGateOptions
{
    /// <summary>The most that <see cref="MaxConcurrent"/> may be: 100,000.</summary>
    public const int MostMaxConcurrent = 100_000;

    /// <summary>The most that <see cref="MaxQueuePerFlow"/> may be: 100,000.</summary>
    public const int MostMaxQueuePerFlow = 100_000;

    /// <summary>The most that <see cref="MaxQueued"/> may be: 1,000,000.</summary>
    public const int MostMaxQueued = 1_000_000;

    /// <summary>The longest <see cref="QueueTimeout"/>: one hour.</summary>
    public static readonly TimeSpan MostQueueTimeout = TimeSpan.FromHours(1);

    /// <summary>How many are inside at once: 1 to 100,000; 200 by default.</summary>
    public int MaxConcurrent { get; init => field = Check(value, 1, MostMaxConcurrent, nameof(MaxConcurrent)); } = 200;

    /// <summary>
    /// How many of one flow may wait, unless the flow says otherwise (<see cref="FairFlow.MaxQueue"/>): 0 to 100,000; 100 by default. Zero: nobody
    /// waits, who finds the gate full is refused.
    /// </summary>
    public int MaxQueuePerFlow { get; init => field = Check(value, 0, MostMaxQueuePerFlow, nameof(MaxQueuePerFlow)); } = 100;

    /// <summary>
    /// How many may wait over all flows: 0 to 1,000,000; 10,000 by default. When so many wait, the newest of the longest queue gives way to
    /// one of a shorter queue.
    /// </summary>
    public int MaxQueued { get; init => field = Check(value, 0, MostMaxQueued, nameof(MaxQueued)); } = 10_000;

    /// <summary>How long one may wait for its turn: more than zero, at most one hour; five seconds by default.</summary>
    public TimeSpan QueueTimeout
    {
        get;
        init
        {
            if (value <= TimeSpan.Zero || value > MostQueueTimeout)
            {
                throw new ArgumentOutOfRangeException(nameof(QueueTimeout), value,
                    $"QueueTimeout is {value:c}; it must be more than zero and at most one hour. To let nobody wait, set MaxQueuePerFlow to 0.");
            }

            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    private static int Check(int value, int least, int most, string name) => value >= least && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be between {least} and {most}. Use a number within these bounds.");
}
