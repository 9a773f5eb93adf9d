using System.Runtime.CompilerServices;

namespace Headgate.Redis;

/// <summary>Holds options to their domains when a store is built.</summary>
internal static class OptionChecks
{
    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostDenyCacheTime = TimeSpan.FromHours(1);

    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static void Check(RedisStoreOptions options)
    {
        CheckPrefix(options.KeyPrefix);
        Between(options.Database, -1, int.MaxValue, "Use -1 for the connection's own.");
        Between(options.Timeout, LeastTimeout, MostTimeout, "Use a few round trips: 100 ms suits a Redis in the same data centre.");
        if (!Enum.IsDefined(options.FailureMode)) Throw(nameof(options.FailureMode), options.FailureMode, "it must be Open, Closed or Local.");
        if (!(options.LocalShare is > 0 and <= 1))
            Throw(nameof(options.LocalShare), options.LocalShare, "it must be above 0 and at most 1. Use 1/n where n processes share the limits.");
        Between(options.MaxCallsInFlight, 1, RedisStoreOptions.MostCallsInFlight, "Use 1 to switch pipelining off.");
        Between(options.MaxDecisionsPerCall, 1, RedisStoreOptions.MostDecisionsPerCall, "Use 1 to send each decision alone.");
        Between(options.DenyCacheSize, 0, RedisStoreOptions.MostDenyCacheSize, "Use 0 to switch the cache off.");
        Between(options.DenyCacheTime, TimeSpan.Zero, MostDenyCacheTime, "Use a second or so.");
        ArgumentNullException.ThrowIfNull(options.Logger);
    }

    private static void CheckPrefix(string? prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix, nameof(RedisStoreOptions.KeyPrefix));
        if (prefix.Length is 0 or > RedisStoreOptions.MaxPrefixLength)
        {
            Throw(nameof(RedisStoreOptions.KeyPrefix), prefix,
                $"it has {prefix.Length} characters and must have 1 to {RedisStoreOptions.MaxPrefixLength}. Use something short: every key begins with it.");
        }

        foreach (char c in prefix)
        {
            if (c is <= ' ' or > '~' or '{' or '}' or ':')
                Throw(nameof(RedisStoreOptions.KeyPrefix), prefix, $"U+{(int)c:X4} is not allowed in it. Use printable ASCII without spaces, colons and braces.");
        }
    }

    private static void Between<T>(T value, T least, T most, string remedy, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            Throw(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], value, $"it must be between {least} and {most}. {remedy}");
    }

    private static void Throw(string name, object value, string rule) =>
        throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} is {value}; {rule}"));
}
