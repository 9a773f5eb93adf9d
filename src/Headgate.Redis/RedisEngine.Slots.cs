using Headgate.Redis.Calls;
using Headgate.Redis.Limits;
using Headgate.Redis.Protocol;
using Headgate.Redis.Resilience;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>
/// Lists whose keys lie in several slots of a cluster, which no script can charge at once: all are looked at; if all would admit they are
/// charged slot by slot; if one then denies or cannot be asked, what was charged is given back exactly. Never a half charge that lasts.
/// </summary>
internal sealed partial class RedisEngine
{
    private static readonly TimeSpan MostCancelWait = TimeSpan.FromMinutes(1);

    private async ValueTask<Decision> DecideAcrossSlotsAsync(ReadOnlyMemory<Charge> charges, ChargeItem[] items, CallMode kind, LeaseId lease,
        FailureMode mode, CancellationToken ct)
    {
        // One time-out for all that is asked.
        long start = _clock.GetTimestamp();
        int[][] groups = Groups(items);
        Sight sight = new(items.Length);
        try
        {
            // A denial charges nothing anywhere, not even for a moment.
            await Task.WhenAll(groups.Select(group => LookAsync(items, group, CallMode.Peek, LeaseId.None, sight, start, ct))).ConfigureAwait(false);
            if (IsPeek(kind) || !sight.Admits(items)) return sight.Decide(items, charges: false);
        }
        catch (StoreUnavailableException)
        {
            return FallBack(mode, charges.Span, IsPeek(kind), lease);
        }

        List<(int[] Group, Task<byte[]> Reply)> asked = [];
        try
        {
            foreach (int[] group in groups)
            {
                if (await LookAsync(items, group, kind, lease, sight, start, ct, asked).ConfigureAwait(false)) continue;
                await CancelAsync(items, asked, lease, start).ConfigureAwait(false);
                return sight.Decide(items, charges: false);
            }
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            await CancelAsync(items, asked, lease, start).ConfigureAwait(false);
            if (e is OperationCanceledException) throw;
            return FallBack(mode, charges.Span, IsPeek(kind), lease);
        }

        Decision decision = sight.Decide(items, charges: true);
        _receipts.Keep(items, decision, sight.TimeOf);
        return decision;
    }

    /// <summary>Asks for the charges of one slot, and notes what they looked like.</summary>
    private async Task<bool> LookAsync(ChargeItem[] items, int[] group, CallMode kind, LeaseId lease, Sight sight, long start, CancellationToken ct,
        List<(int[] Group, Task<byte[]> Reply)>? asked = null)
    {
        ChargeItem[] looked = [.. group.Select(place => items[place])];
        Request request = new(_keys, _options.ScriptTime);
        request.Add(kind, looked, 1, lease);
        (RedisKey[] keys, RedisValue[] values) = request.Finish();
        byte[] reply = await GuardAsync(
            () =>
            {
                Task<byte[]> run = RunScriptAsync(keys, values);
                asked?.Add((group, run));
                return run;
            },
            SlotOf(looked[0]), ct, start).ConfigureAwait(false);
        return sight.Note(items, group, reply);
    }

    /// <summary>Gives back what was charged, and what will turn out to have been: a server that hangs may do it yet. The caller waits for his time-out at most.</summary>
    private async Task CancelAsync(ChargeItem[] items, List<(int[] Group, Task<byte[]> Reply)> asked, LeaseId lease, long start)
    {
        Task all = Task.WhenAll(asked.Select(one => CancelAsync(items, one.Group, one.Reply, lease)));
        TimeSpan left = _options.Timeout - _clock.GetElapsedTime(start);
        if (left > TimeSpan.Zero) await Task.WhenAny(all, Task.Delay(left, _clock)).ConfigureAwait(false);
    }

    private async Task CancelAsync(ChargeItem[] items, int[] group, Task<byte[]> reply, LeaseId lease)
    {
        Sight sight = new(items.Length);
        try
        {
            if (!sight.Note(items, group, await reply.ConfigureAwait(false))) return;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Not charged; or charged unheard, and then it comes back by itself, but for a lease by its name.
            if (lease != LeaseId.None && Failures.MayHaveRun(e)) _leftovers.Add([.. group.Select(place => items[place])], lease);
            return;
        }

        ChargeItem[] given = [.. group.Select(place => items[place])];
        // Permits held under a lease are given back by its name, however often it takes; the others by when they were charged, and once.
        if (lease != LeaseId.None) _leftovers.Add(given, lease);
        ChargeItem[] others = [.. given.Where((item, i) => sight.WasCharged(group[i], item)
            && (lease == LeaseId.None || !item.Binding.Local.HoldsPermits))];
        if (others.Length == 0) return;
        Watch watch = WatchOf(SlotOf(given[0]));
        long since = _clock.GetTimestamp();
        while (watch.Breaker.IsOpen && !_disposed && _clock.GetElapsedTime(since) < MostCancelWait) await Task.Delay(ProbePause, _clock).ConfigureAwait(false);
        try
        {
            await RunForEachSlotAsync(others, Operation.Refund, sight.TimeOf(group[0]), LeaseId.None, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreUnavailableException or ObjectDisposedException)
        {
            // It comes back by itself: a bucket drains, a window ends.
            return;
        }
    }

    /// <summary>What is known of the limits of a list, each by its own server's clock.</summary>
    private sealed class Sight(int count)
    {
        private readonly View[] _views = new View[count];
        private readonly long[] _nows = new long[count];

        public bool Note(ChargeItem[] items, int[] group, byte[] reply)
        {
            long now = (long)BitConverter.ToDouble(reply);
            ReplyReader reader = new(reply.AsSpan(sizeof(double)));
            bool admitted = reader.Short() > 0;
            foreach (int place in group)
            {
                items[place].Binding.Read(ref reader, out _views[place]);
                _nows[place] = now;
            }

            return admitted;
        }

        public long TimeOf(int place) => _nows[place];

        public bool Admits(ChargeItem[] items)
        {
            for (int i = 0; i < items.Length; i++)
            {
                if (!items[i].Binding.IsShadow && !WouldAdmit(i, items[i])) return false;
            }

            return true;
        }

        /// <summary>A shadow limit is charged only where it admits itself.</summary>
        public bool WasCharged(int place, ChargeItem item) => WouldAdmit(place, item);

        public Decision Decide(ChargeItem[] items, bool charges) => Judgement.List(items, _views, _nows, 0, Admits(items) ? 1 : 0, charges);

        private bool WouldAdmit(int place, ChargeItem item)
        {
            item.Binding.Judge(_views[place], _nows[place], item.Cost, out Algorithms.Verdict verdict);
            return verdict.Allowed;
        }
    }
}
