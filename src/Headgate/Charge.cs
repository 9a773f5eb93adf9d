namespace Headgate;

/// <summary>What a caller asks to take: <paramref name="Cost"/> permits of <paramref name="Limit"/> for <paramref name="Key"/>.</summary>
/// <param name="Key">The partition key: whose permits these are. Any string, the empty one included; compared ordinally.</param>
/// <param name="Limit">The limit to charge. A composite stands for several charges on one key.</param>
/// <param name="Cost">Permits to take, 0 or more; 0 changes nothing. More than the limit's permits can never be admitted.</param>
public readonly record struct Charge(string Key, Limit Limit, long Cost = 1)
{
    /// <summary>
    /// The name that owns the state: a policy's or a limiter's. The same key and limit under two namespaces are two states.
    /// Null and the empty string are the same, unnamed one.
    /// </summary>
    public string? Namespace { get; init; }
}
