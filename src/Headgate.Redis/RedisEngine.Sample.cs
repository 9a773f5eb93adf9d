using Headgate.Redis.Calls;
using Headgate.Redis.Scripts;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>For benchmarks that send a decision by another client.</summary>
internal sealed partial class RedisEngine
{
    /// <summary>The argument of a call that decides one charge; its script and its key.</summary>
    public byte[] SampleCall(Charge charge, out byte[] sha, out byte[] key)
    {
        Request request = new(_keys, _options.ScriptTime);
        request.Add(CallMode.Acquire, _plans.Get(charge.Namespace, charge.Limit), charge.Key, charge.Cost, 1, LeaseId.None);
        (RedisKey[] keys, RedisValue[] values) = request.Finish();
        sha = Script.Sha;
        key = keys[0]!;
        return values[0]!;
    }
}
