using System.Collections.Concurrent;
using Headgate.Redis.Limits;

namespace Headgate.Redis.Resilience;

/// <summary>
/// When each charge of a list over several slots was made, by its own server's clock: a decision has one time, and a refund of a log or of held
/// permits needs the very microsecond. Kept by the process that charged, for the latest lists; a refund made elsewhere, or much later, takes the
/// decision's time, and gives back too little rather than too much.
/// </summary>
internal sealed class Receipts
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(long At, string State), Dictionary<(string, string), long>> _kept = new();
    private readonly ConcurrentQueue<(long, string)> _order = new();

    public static (string, string) NameOf(in ChargeItem item) => (item.Key, item.Binding.Namespace + item.Binding.Identity);

    public void Keep(ChargeItem[] items, in Decision decision, Func<int, long> timeOf)
    {
        Dictionary<(string, string), long> times = [];
        for (int i = 0; i < items.Length; i++) times[NameOf(items[i])] = timeOf(i);
        (long, string) name = (decision.DecidedAtMicros, items[0].Key);
        _kept[name] = times;
        _order.Enqueue(name);
        if (_order.Count > Most && _order.TryDequeue(out (long, string) oldest)) _kept.TryRemove(oldest, out _);
    }

    /// <summary>The times of a list that was charged here; null if it is not known.</summary>
    public IReadOnlyDictionary<(string, string), long>? Take(ChargeItem[] items, in Decision decision)
    {
        foreach (ChargeItem item in items)
        {
            if (_kept.TryGetValue((decision.DecidedAtMicros, item.Key), out Dictionary<(string, string), long>? times)) return times;
        }

        return null;
    }
}
