using Headgate.Memory;

namespace Headgate.Redis.Limits;

/// <summary>What the script saw of one limit for one key, before it charged anything. Enough to say what every caller must be told.</summary>
internal struct View
{
    /// <summary>Buckets and windows: the state as the memory store would hold it.</summary>
    public Cell State;

    /// <summary>Log and leases: t', the time that counts, in microseconds since 1970.</summary>
    public long Time;

    /// <summary>Log and leases: permits taken.</summary>
    public long Used;

    /// <summary>Log: when the oldest charge leaves the window. Until then, if nobody comes, nothing changes.</summary>
    public long NextChange;

    /// <summary>Log and leases: when nothing is taken any more.</summary>
    public long EndsAt;

    /// <summary>Log and leases: when the first caller who was denied would find room.</summary>
    public long RetryAt;
}
