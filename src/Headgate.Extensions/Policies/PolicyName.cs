namespace Headgate.Extensions.Policies;

/// <summary>What a policy may be called: the name goes into keys, headers and metrics.</summary>
internal static class PolicyName
{
    public static string Check(string? name)
    {
        if (string.IsNullOrEmpty(name)) throw new ArgumentException("the name of a policy is empty; it must have 1 to 100 characters. Use letters, digits, '-' and '_'.", nameof(name));
        if (name.Length > RateLimitPolicy.MaxNameLength)
            throw new ArgumentException($"the name of a policy has {name.Length} characters; it must have 1 to {RateLimitPolicy.MaxNameLength}. Use a shorter name.", nameof(name));
        int bad = name.AsSpan().IndexOfAny('"', '\\');
        if (bad < 0) bad = name.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (bad < 0) return name;
        throw new ArgumentException(
            $"the name of a policy has U+{(int)name[bad]:X4} at position {bad}; it must consist of printable ASCII without the double quote and the backslash. Use letters, digits, '-' and '_'.",
            nameof(name));
    }
}
