using System.Numerics;
using System.Runtime.CompilerServices;
using Headgate.Algorithms;
using Headgate.Memory;
using Headgate.Redis.Limits;

namespace Headgate.Redis.Calls;

/// <summary>
/// Keys that are known to be denied until an exact time, because permits only become fewer until then: denied here, without asking Redis.
/// </summary>
/// <remarks>
/// <para>What is remembered is what the script saw, so a denial from here has figures as exact as one from Redis, for a larger cost too.</para>
/// <para>The local clock is only asked how much time has gone by. A denial is given while Redis would surely deny, counted from when the request
/// left; its retry time counts from when the answer came, so that a retry then is not too early.</para>
/// <para>A table of fixed size in which the last one who came to a place has it. Reads take no lock; entries never change.</para>
/// </remarks>
internal sealed class DenyCache
{
    private readonly Entry?[] _entries;
    private readonly TimeProvider _clock;
    private readonly long _mostMicros;

    /// <param name="size">Keys to remember, rounded up to a power of two.</param>
    /// <param name="longest">The longest an entry lives.</param>
    /// <param name="clock">The local clock.</param>
    public DenyCache(int size, TimeSpan longest, TimeProvider clock)
    {
        _entries = new Entry?[(int)BitOperations.RoundUpToPowerOf2((uint)size)];
        _mostMicros = longest.Ticks / TimeSpan.TicksPerMicrosecond;
        _clock = clock;
    }

    /// <summary>The denial of a charge, if it is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryDeny(RedisPlan plan, string key, long cost, long now, out Decision decision)
    {
        Entry? entry = Volatile.Read(ref _entries[PlaceOf(key)]);
        if (entry is not null && now < entry.Until && ReferenceEquals(entry.Plan, plan) && cost >= entry.Cost && entry.Key == key)
            return Deny(entry, cost, now, out decision);
        decision = default;
        return false;
    }

    /// <summary>Remembers a denial.</summary>
    /// <param name="call">Who was denied.</param>
    /// <param name="views">What his limits looked like then.</param>
    /// <param name="reply">When that was.</param>
    /// <param name="denied">What he was told.</param>
    public void Add(Call call, ReadOnlySpan<View> views, Reply reply, in Decision denied)
    {
        RedisPlan plan = call.Plan!;
        if (!plan.DenialsLast || denied.RetryAfter == Timeout.InfiniteTimeSpan) return;
        long lasts = Math.Min(_mostMicros, denied.RetryAfter.Ticks / TimeSpan.TicksPerMicrosecond);
        foreach (View view in views)
        {
            if (view.NextChange > 0) lasts = Math.Min(lasts, view.NextChange - reply.Now);
        }

        long until = reply.Sent + (long)((Int128)lasts * _clock.TimestampFrequency / 1_000_000);
        if (until <= reply.Received) return;
        ref Entry? place = ref _entries[PlaceOf(call.Key)];
        // Of many callers denied at once the first has said it for all.
        if (place is { } known && known.Until == until && known.Key == call.Key && ReferenceEquals(known.Plan, plan) && known.Cost <= call.Cost) return;
        Volatile.Write(ref place, new Entry(plan, call.Key, call.Cost, until, reply, views.ToArray()));
    }

    /// <summary>Permits of the key may have come back.</summary>
    public void Forget(string key) => Volatile.Write(ref _entries[PlaceOf(key)], null);

    private bool Deny(Entry entry, long cost, long now, out Decision decision)
    {
        decision = default;
        if (cost > entry.Cost && !entry.Plan.TellsEveryCost) return false;
        long time = entry.Reply.Now + (_clock.GetElapsedTime(entry.Reply.Received, now).Ticks / TimeSpan.TicksPerMicrosecond);
        RedisBinding[] bindings = entry.Plan.Bindings;
        if (bindings.Length > 1 || bindings[0].IsShadow)
        {
            Span<View> views = entry.Views.AsSpan().ToArray();
            Span<long> nows = stackalloc long[views.Length];
            nows.Fill(time);
            ChargeItem[] items = ChargeItem.Expand(entry.Plan, entry.Key, cost);
            decision = Judgement.List(items, views, nows, 0, 0, charges: true) with { Source = DecisionSource.DenyCache };
            return true;
        }

        bindings[0].Judge(entry.Views[0], time, cost, out Verdict verdict);
        if (verdict.Allowed) return false;
        decision = Decisions.From(verdict, bindings[0].Local, time) with { Source = DecisionSource.DenyCache };
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int PlaceOf(string key) => key.GetHashCode(StringComparison.Ordinal) & (_entries.Length - 1);

    /// <param name="Plan">The limit.</param>
    /// <param name="Key">Whose.</param>
    /// <param name="Cost">The least cost that is denied.</param>
    /// <param name="Until">Until when, by the local clock.</param>
    /// <param name="Reply">When it was decided.</param>
    /// <param name="Views">What the limits looked like.</param>
    private sealed record Entry(RedisPlan Plan, string Key, long Cost, long Until, Reply Reply, View[] Views);
}
