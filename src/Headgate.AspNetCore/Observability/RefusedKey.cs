namespace Headgate.AspNetCore;

/// <summary>How often a policy refused a key. Immutable.</summary>
/// <param name="Policy">The policy that refused.</param>
/// <param name="Key">The partition key, <c>user:alice</c>; a key above 512 characters by its beginning and a hash.</param>
/// <param name="Refusals">How often: never fewer than there were, and too many by at most <paramref name="Overcount"/>.</param>
/// <param name="Overcount">By how much <paramref name="Refusals"/> may be too large; zero if it is exact.</param>
public sealed record RefusedKey(string Policy, string Key, long Refusals, long Overcount)
{
    /// <summary>What the logs of this process call the key: 12 hexadecimal digits.</summary>
    public string Caller { get; init; } = "";

    /// <summary>When the count began: the same for all keys of a list, one to two hours ago at most.</summary>
    public DateTimeOffset Since { get; init; }
}
