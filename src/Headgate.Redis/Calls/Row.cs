using Headgate.Redis.Limits;
using Headgate.Redis.Protocol;

namespace Headgate.Redis.Calls;

/// <summary>
/// One decision of a request: some callers in a row who ask the same of the same keys. What they ask is kept here, for a call may belong to
/// somebody else as soon as it is answered.
/// </summary>
internal struct Row(Call call)
{
    private readonly Call _first = call;
    private Call _last = call;

    public readonly RedisPlan? Plan = call.Plan;
    public readonly string Key = call.Key;
    public readonly long Cost = call.Cost;
    public readonly ChargeItem[]? Items = call.Items;
    public readonly CallMode Mode = call.Mode;
    public readonly LeaseId Lease = call.Lease;

    public int Callers { get; private set; } = 1;

    /// <summary>The first caller; to be read before any is answered.</summary>
    public readonly Call First => _first;

    /// <summary>True if a caller may stand in this row.</summary>
    public readonly bool Fits(Call call) =>
        Mode == CallMode.Acquire && call.Mode == CallMode.Acquire && Plan is not null && ReferenceEquals(Plan, call.Plan) && Cost == call.Cost
        && Callers < ushort.MaxValue;

    public void Add(Call call)
    {
        _last.Next = call;
        _last = call;
        Callers++;
    }

    public readonly int Limits => Plan?.Bindings.Length ?? Items!.Length;

    public readonly void Write(Request request)
    {
        if (Plan is not null) request.Add(Mode, Plan, Key, Cost, Callers, Lease);
        else request.Add(Mode, Items, Callers, Lease);
    }

    /// <summary>Reads how many were admitted, and where the reports of the row lie.</summary>
    public readonly int Skip(byte[] reply, ref int at, out int reports)
    {
        ReplyReader reader = new(reply.AsSpan(at));
        int length = reader.Left;
        int admitted = reader.Short();
        reports = at + length - reader.Left;
        if (Plan is not null)
        {
            foreach (RedisBinding binding in Plan.Bindings) binding.Read(ref reader, out _);
        }
        else
        {
            foreach (ChargeItem item in Items!) item.Binding.Read(ref reader, out _);
        }

        at += length - reader.Left;
        return admitted;
    }
}
