using System.Text.RegularExpressions;

namespace Headgate.Tests.Limits;

/// <summary>What a refusal must say: the value, the bound and what to do, and for text the place.</summary>
internal static partial class Refusal
{
    public static void OfRange(Func<object?> build, params string[] mentions)
    {
        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(build);
        Says(refused.Message, mentions);
        Assert.Matches(Remedy(), refused.Message);
    }

    public static void OfArgument(Func<object?> build, params string[] mentions)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(build);
        Says(refused.Message, mentions);
        Assert.Matches(Remedy(), refused.Message);
    }

    public static void OfFormat(Func<object?> read, int position, params string[] mentions)
    {
        FormatException refused = Assert.Throws<FormatException>(read);
        Says(refused.Message, [$"at position {position} ", .. mentions]);
        Assert.Contains("Example: ", refused.Message, StringComparison.Ordinal);
    }

    private static void Says(string message, IEnumerable<string> mentions)
    {
        foreach (string mention in mentions) Assert.Contains(mention, message, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\b(Use|use|Round|Leave|Name|Build|Raise|Give|Charge)\b")]
    private static partial Regex Remedy();
}
