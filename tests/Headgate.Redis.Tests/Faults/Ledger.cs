namespace Headgate.Redis.Tests.Faults;

/// <summary>Holds what Redis has on record against what a <see cref="Load"/> was told: who was charged twice, and who was not charged.</summary>
internal sealed class Ledger
{
    private Ledger()
    {
    }

    /// <summary>Keys of one call each that were charged more than once on some limit.</summary>
    public List<Call> ChargedTwice { get; } = [];

    /// <summary>Admitted by Redis, which now knows nothing of it.</summary>
    public List<Call> Forgotten { get; } = [];

    /// <summary>Charged on one limit of a composite and not on the other.</summary>
    public List<Call> ChargedByHalf { get; } = [];

    /// <summary>Answered by the failure mode and charged all the same: the answer of Redis came too late, or never.</summary>
    public List<Call> ChargedLate { get; } = [];

    /// <summary>What the hot key has consumed.</summary>
    public long HotConsumed { get; private set; }

    public long HotAdmitted { get; private set; }

    public long HotCalls { get; private set; }

    /// <summary>Looks every key up through a store of its own, which is patient.</summary>
    public static async Task<Ledger> OpenAsync(IRateLimitStore store, LoadReport report)
    {
        LoadedLimits limits = new(store);
        Ledger ledger = new();
        foreach (Call[] chunk in report.Calls.Where(call => call.Key != Load.HotKey).Chunk(500))
        {
            long[][] consumed = await Task.WhenAll(chunk.Select(call => limits.ConsumedAsync(call.Key)));
            for (int i = 0; i < chunk.Length; i++) ledger.Enter(chunk[i], consumed[i][0], consumed[i][1]);
        }

        ledger.HotConsumed = (await limits.ConsumedAsync(Load.HotKey))[0];
        ledger.HotAdmitted = report.Calls.Count(call => call.Key == Load.HotKey && call.IsDecidedByStore);
        ledger.HotCalls = report.Calls.Count(call => call.Key == Load.HotKey);
        return ledger;
    }

    /// <summary>Nothing was charged twice, and a composite was charged whole.</summary>
    public void NobodyWasChargedTwice()
    {
        Assert.Empty(ChargedTwice);
        Assert.Empty(ChargedByHalf);
        Assert.InRange(HotConsumed, 0, HotCalls);
    }

    /// <summary>Besides, every charge that Redis admitted is there.</summary>
    public void NobodyWasForgotten()
    {
        Assert.Empty(Forgotten);
        Assert.True(HotConsumed >= HotAdmitted, $"Redis admitted {HotAdmitted} of the hot key and has {HotConsumed} on record.");
    }

    private void Enter(Call call, long bucket, long log)
    {
        if (bucket > 1 || log > 1) ChargedTwice.Add(call);
        if (log > bucket || (IsComposite(call) && log != bucket)) ChargedByHalf.Add(call);
        if (call.IsDecidedByStore && bucket == 0) Forgotten.Add(call);
        if (!call.IsDecidedByStore && bucket > 0) ChargedLate.Add(call);
    }

    private static bool IsComposite(Call call) => int.Parse(call.Key.AsSpan(0, call.Key.IndexOf('-')), System.Globalization.CultureInfo.InvariantCulture) % 3 == 2;
}
