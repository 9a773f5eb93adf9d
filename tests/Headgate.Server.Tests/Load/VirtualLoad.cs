using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Load;

namespace Headgate.Server.Tests.Load;

/// <summary>A tenant of a simulated service: it asks at random times, so many times a second.</summary>
internal sealed record Asking(string Tenant, double PerSecond);

/// <summary>
/// The load gate under simulated work, in virtual time: each request that is let in holds its place for as long as chance says, and the gate's
/// clock is at each moment where the simulation is. The same seed gives the same requests, whoever else asks.
/// </summary>
internal sealed class VirtualLoad(LoadControl load, ConfigBook book, FakeClock clock, Func<string, string> queueOf) : IDisposable
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Dictionary<string, List<double>> _millis = [];
    private readonly Dictionary<string, int> _refused = [];
    private readonly List<(Task<LoadTurn> Turn, Action<LoadTurn> Do)> _waiting = [];
    private long _order;

    /// <summary>Milliseconds from request to answer, for each tenant's requests that were let in.</summary>
    public IReadOnlyDictionary<string, List<double>> Millis => _millis;

    public IReadOnlyDictionary<string, int> Refused => _refused;

    public void Dispose() => load.Dispose();

    public async Task RunAsync(IEnumerable<Asking> tenants, TimeSpan time, double serviceMillis, int seed)
    {
        long start = clock.Micros;
        int index = 0;
        foreach (Asking asking in tenants)
        {
            _millis[asking.Tenant] = [];
            _refused[asking.Tenant] = 0;
            // A generator for each tenant: one more changes nothing of the others' requests.
            Random random = new(seed + (1000 * index++));
            for (double at = Wait(random, asking); at < time.TotalSeconds; at += Wait(random, asking))
            {
                double service = -serviceMillis * Math.Log(1 - random.NextDouble());
                long micros = start + (long)(at * 1e6);
                At(micros, () => Ask(asking.Tenant, micros, (long)(service * 1000) + 1));
            }
        }

        while (_events.TryDequeue(out Action? next, out (long At, long Order) when))
        {
            clock.SetMicros(when.At);
            next();
            await SettleAsync();
        }
    }

    public double Percentile(string tenant, double share)
    {
        List<double> sorted = [.. _millis[tenant].Order()];
        return sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
    }

    private static double Wait(Random random, Asking asking) => -Math.Log(1 - random.NextDouble()) / asking.PerSecond;

    private void At(long micros, Action action) => _events.Enqueue(action, (micros, _order++));

    private void Ask(string tenant, long asked, long service)
    {
        Task<LoadTurn> turn = load.EnterAsync(book.Current, queueOf(tenant), 1, default).AsTask();
        _waiting.Add((turn, answer => Answered(tenant, asked, service, answer)));
    }

    private void Answered(string tenant, long asked, long service, LoadTurn turn)
    {
        if (!turn.IsEntered)
        {
            _refused[tenant]++;
            return;
        }

        _millis[tenant].Add((clock.Micros + service - asked) / 1000.0);
        At(clock.Micros + service, turn.Dispose);
    }

    /// <summary>
    /// Whoever was answered by what just happened goes on before anything else does. The answer itself comes by way of another thread: it is
    /// waited for, and which it is does not depend on when.
    /// </summary>
    private async Task SettleAsync()
    {
        while (_waiting.Count(w => !w.Turn.IsCompleted) != load.Queued) await Task.Yield();
        foreach ((Task<LoadTurn> turn, Action<LoadTurn> go) in _waiting.Where(w => w.Turn.IsCompleted).ToArray()) go(await turn);
        _waiting.RemoveAll(w => w.Turn.IsCompleted);
    }
}
