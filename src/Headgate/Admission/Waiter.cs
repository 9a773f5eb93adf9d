namespace Headgate.Admission;

/// <summary>A caller that waits: in the queue of its flow, and in the row of all by the time they came. Changed under the attendant's lock alone.</summary>
/// <remarks>Who takes it out of line, and nobody else, answers it: after the lock, and then the caller goes on where its scheduler says.</remarks>
internal sealed class Waiter(int cost, long since) : TaskCompletionSource<FairPass>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Counted against its flow when its turn comes.</summary>
    public int Cost { get; } = cost;

    /// <summary>When it came, a timestamp of the gate's clock.</summary>
    public long Since { get; } = since;

    /// <summary>The queue it stands in; null once it is out of line.</summary>
    public FlowQueue? Queue { get; set; }

    /// <summary>Who stands before and after it in the queue of its flow.</summary>
    public Waiter? Before { get; set; }

    /// <inheritdoc cref="Before"/>
    public Waiter? Behind { get; set; }

    /// <summary>Who came before and after it, of whatever flow. Out of line, <see cref="Later"/> is the next to be answered.</summary>
    public Waiter? Earlier { get; set; }

    /// <inheritdoc cref="Earlier"/>
    public Waiter? Later { get; set; }

    /// <summary>What it will be told, once it is out of line.</summary>
    public FairPass Answer { get; set; }
}
