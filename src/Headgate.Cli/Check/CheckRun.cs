namespace Headgate.Cli.Check;

/// <summary>Asks as often as was wished, and prints each answer as it comes.</summary>
internal static class CheckRun
{
    public static async Task RunAsync(CheckOptions options, Terminal terminal, CancellationToken ct)
    {
        CheckStore store = await CheckStore.OpenAsync(options, terminal.Clock, ct).ConfigureAwait(false);
        await using (store.ConfigureAwait(false))
        {
            ICheckReport report = options.Style switch
            {
                CheckStyle.Json => new CheckJson(options, store.Keys, terminal.Output),
                CheckStyle.Quiet => new CheckWords(terminal.Output),
                _ => new CheckText(options, store.Keys, terminal),
            };
            ReadOnlyMemory<Charge> charges = new[] { options.Charge };
            List<LeaseId> leases = [];
            CheckTotal total = new();
            long start = terminal.Clock.GetTimestamp();
            try
            {
                for (int i = 0; i < options.Repeat; i++)
                {
                    ct.ThrowIfCancellationRequested();
                    LeaseId lease = Holds(options.Limit) ? LeaseId.Create() : LeaseId.None;
                    Decision decision = await AskAsync(store.Store, charges, options.Peek, lease, ct).ConfigureAwait(false);
                    await store.DemandAsync(decision, ct).ConfigureAwait(false);
                    if (decision.IsAllowed && !options.Peek && lease != LeaseId.None) leases.Add(lease);
                    total.Add(decision);
                    report.Decided(total.Decisions, decision, store.SourceOf(decision));
                }
            }
            catch
            {
                // Why it broke off is what the person has to know.
                await TryReleaseAsync(store.Store, charges, leases).ConfigureAwait(false);
                throw;
            }

            total.Elapsed = terminal.Clock.GetElapsedTime(start);
            if (!await TryReleaseAsync(store.Store, charges, leases).ConfigureAwait(false))
                throw CommandException.Failed("What the concurrency limit gave could not be given back. It comes back by itself when its lease time is over.");
            report.End(total);
            await terminal.Output.FlushAsync(ct).ConfigureAwait(false);
        }
    }

    public static bool Holds(Limit limit) => limit is ConcurrencyLimit || (limit is CompositeLimit composite && composite.Limits.Any(Holds));

    /// <summary>What a concurrency limit gave is held by nobody once this process is gone. False if Redis went away meanwhile.</summary>
    private static async Task<bool> TryReleaseAsync(IRateLimitStore store, ReadOnlyMemory<Charge> charges, List<LeaseId> leases)
    {
        try
        {
            foreach (LeaseId lease in leases) await store.ReleaseAsync(charges, lease, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private static ValueTask<Decision> AskAsync(
        IRateLimitStore store, ReadOnlyMemory<Charge> charges, bool peek, LeaseId lease, CancellationToken ct) =>
        peek ? store.PeekAsync(charges, ct)
        : lease == LeaseId.None ? store.AcquireAsync(charges.Span[0], ct)
        : store.EnterAsync(charges, lease, ct);
}

/// <summary>The decisions so far.</summary>
internal sealed class CheckTotal
{
    public long Decisions => Allowed + Denied;

    public long Allowed { get; private set; }

    public long Denied { get; private set; }

    public TimeSpan Elapsed { get; set; }

    public void Add(Decision decision)
    {
        if (decision.IsAllowed) Allowed++;
        else Denied++;
    }
}

/// <summary>A way to print answers.</summary>
internal interface ICheckReport
{
    /// <summary>After each decision; <paramref name="number"/> counts from 1.</summary>
    void Decided(long number, Decision decision, string source);

    /// <summary>After the last.</summary>
    void End(CheckTotal total);
}

/// <summary>One word a decision, for scripts.</summary>
internal sealed class CheckWords(TextWriter output) : ICheckReport
{
    public void Decided(long number, Decision decision, string source) => output.WriteLine(decision.IsAllowed ? "allowed" : "denied");

    public void End(CheckTotal total)
    {
        // The words are all there is.
    }
}
