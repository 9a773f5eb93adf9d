using Headgate.Memory;
using Headgate.Redis.Protocol;

namespace Headgate.Redis.Limits;

/// <summary>Fixed and sliding window: three or four numbers of seven bytes, in the order in which the algorithm holds them.</summary>
internal sealed class WindowBinding(LimitLeaf leaf, string ns, int kind, long permits, long window)
    : StateBinding(leaf, ns, kind, (permits, window, 0, 0))
{
    protected override Cell Parse(ReadOnlySpan<byte> state) => new()
    {
        Head = new(ReplyReader.Integer(state, 0, 7), ReplyReader.Integer(state, 7, 7)),
        Third = ReplyReader.Integer(state, 14, 7),
        Fourth = state.Length > 21 ? ReplyReader.Integer(state, 21, 7) : 0,
    };
}
