using System.Runtime.CompilerServices;
using Headgate.Algorithms;
using Headgate.Memory;
using Headgate.Redis.Protocol;

namespace Headgate.Redis.Limits;

/// <summary>Token and leaky bucket: numbers split into whole microseconds and a remainder, so that Lua never exceeds 2^53 (law 9).</summary>
internal sealed class BucketBinding(LimitLeaf leaf, string ns, int kind, BucketFlow flow) : StateBinding(leaf, ns, kind, NumbersOf(flow))
{
    private readonly BucketFlow _flow = flow;

    protected override (double Whole, double Part) CostOf(long cost)
    {
        long units = cost * _flow.Period;
        return (units / _flow.Permits, units % _flow.Permits);
    }

    /// <summary>The forms that BucketFlow.lua writes.</summary>
    protected override Cell Parse(ReadOnlySpan<byte> state)
    {
        long seen = ReplyReader.Integer(state, 0, 7);
        bool isShort = state.Length == 12;
        BucketState bucket = new()
        {
            LastSeen = seen,
            EmptyAt = seen + ReplyReader.Integer(state, 7, isShort ? 5 : 7),
            Fraction = isShort ? 0 : (uint)ReplyReader.Integer(state, 14, 4),
            Permits = state.Length < 29 ? _flow.Permits : (uint)ReplyReader.Integer(state, 18, 4),
            Period = state.Length < 29 ? _flow.Period : ReplyReader.Integer(state, 22, 7),
        };
        return Unsafe.As<BucketState, Cell>(ref bucket);
    }

    private static (double, double, double, double) NumbersOf(BucketFlow flow) =>
        (flow.FillMicros, (double)((flow.FillMicros * (Int128)flow.Permits) - flow.Full), flow.Permits, flow.Period);
}
