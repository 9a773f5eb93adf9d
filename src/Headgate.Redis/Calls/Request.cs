using Headgate.Redis.Keys;
using Headgate.Redis.Limits;
using Headgate.Redis.Protocol;
using StackExchange.Redis;

namespace Headgate.Redis.Calls;

/// <summary>Writes one request to the script: limits once, then decisions. Used again and again by one thread at a time.</summary>
internal sealed class Request(KeySpace keys, Func<long>? scriptTime)
{
    /// <summary>Limits are numbered in a byte, from 1.</summary>
    public const int MaxLimits = 255;

    /// <summary>In place of a time: the server's own.</summary>
    public const long ServerTime = -1;

    private const int Decide = 1;

    private readonly RequestWriter _decisions = new();
    private readonly RequestWriter _whole = new();
    private readonly List<RedisBinding> _limits = [];
    private readonly List<RedisKey> _keys = [];
    private int _count;

    public void Clear()
    {
        _decisions.Clear();
        _limits.Clear();
        _keys.Clear();
        _count = 0;
    }

    public void Add(CallMode mode, ReadOnlySpan<ChargeItem> items, int callers, LeaseId lease)
    {
        Begin(mode, items.Length, callers);
        foreach (ChargeItem item in items) AddCharge(item.Binding, item.Key, item.Cost);
        if (mode == CallMode.Enter) _decisions.Lease(lease);
    }

    /// <summary>The same for one key, without a list.</summary>
    public void Add(CallMode mode, RedisPlan plan, string key, long cost, int callers, LeaseId lease)
    {
        Begin(mode, plan.Bindings.Length, callers);
        foreach (RedisBinding binding in plan.Bindings) AddCharge(binding, key, cost);
        if (mode == CallMode.Enter) _decisions.Lease(lease);
    }

    public (RedisKey[] Keys, RedisValue[] Values) Finish()
    {
        Header(Decide);
        _whole.Short(_count);
        return ([.. _keys], [Join()]);
    }

    /// <summary>A refund, renewal or release of a list (Afterwards.lua).</summary>
    public (RedisKey[] Keys, RedisValue[] Values) Afterwards(int operation, ReadOnlySpan<ChargeItem> items, long chargedAt, LeaseId lease)
    {
        Clear();
        foreach (ChargeItem item in items) AddCharge(item.Binding, item.Key, item.Cost);
        Header(operation);
        if (operation == Operation.Refund) _whole.Number(chargedAt);
        else _whole.Lease(lease);
        _whole.Short(items.Length);
        return ([.. _keys], [Join()]);
    }

    private void Begin(CallMode mode, int charges, int callers)
    {
        _count++;
        _decisions.Byte((int)mode);
        _decisions.Byte(charges);
        _decisions.Short(callers);
    }

    private void AddCharge(RedisBinding binding, string key, long cost)
    {
        int index = _limits.IndexOf(binding);
        if (index < 0)
        {
            index = _limits.Count;
            _limits.Add(binding);
        }

        binding.WriteCost(_decisions, index + 1, cost);
        _keys.Add(keys.KeyOf(binding, key));
        if (binding.Keys > 1) _keys.Add(keys.KeyOf(binding, key, second: true));
    }

    private void Header(int operation)
    {
        _whole.Clear();
        _whole.Number(scriptTime?.Invoke() ?? ServerTime);
        _whole.Byte(operation);
        _whole.Byte(_limits.Count);
        foreach (RedisBinding binding in _limits) binding.WriteLimit(_whole);
    }

    private byte[] Join()
    {
        byte[] joined = new byte[_whole.Length + _decisions.Length];
        _whole.Written.CopyTo(joined);
        _decisions.Written.CopyTo(joined.AsSpan(_whole.Length));
        return joined;
    }
}

/// <summary>What a request asks besides decisions, as Script.lua numbers it.</summary>
internal static class Operation
{
    public const int Refund = 2;
    public const int Renew = 3;
    public const int Release = 4;
}
