using Headgate.Redis;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>The Redis that ./test started.</summary>
internal static class TestRedis
{
    /// <summary>A store of the test's own, under a prefix that nobody has used, patient with a busy machine.</summary>
    public static Task<RedisStore> StoreAsync()
    {
        string configuration = Environment.GetEnvironmentVariable("HEADGATE_TEST_REDIS") is { Length: > 0 } set
            ? set
            : throw new InvalidOperationException("HEADGATE_TEST_REDIS is not set, so there is no Redis to test against: run ./test, which starts one.");
        RedisStoreOptions options = new() { KeyPrefix = $"t{Guid.NewGuid():n}", Timeout = TimeSpan.FromSeconds(20), FailureMode = FailureMode.Closed };
        return RedisStore.ConnectAsync(configuration, options);
    }
}
