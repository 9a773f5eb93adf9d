using System.Globalization;

namespace Headgate.Extensions;

/// <summary>What a request costs: a number, or what a header says. Immutable.</summary>
public sealed record RequestCost
{
    /// <summary>The most that a fixed cost or a header may say: 10^15.</summary>
    public const long MaxCost = 1_000_000_000_000_000;

    private const string HeaderPrefix = "header:";

    private RequestCost(long permits, string? header, long most) => (Permits, Header, Most) = (permits, header, most);

    /// <summary>One permit a request: the default.</summary>
    public static RequestCost One { get; } = new(1, null, MaxCost);

    /// <summary>The fixed cost; with a header, what a request without it costs. 0 takes nothing.</summary>
    public long Permits { get; }

    /// <summary>The header that says the cost, or null. Only for callers whom the operator trusts to say it: an internal gateway.</summary>
    public string? Header { get; }

    /// <summary>The most that the header may say; a request that says more, or something that is not a number, is refused with 400.</summary>
    public long Most { get; }

    /// <summary>A fixed cost: 0 to 10^15.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cost is outside its domain.</exception>
    public static RequestCost Fixed(long permits) => permits == 1 ? One : new(Check(permits, nameof(permits)), null, MaxCost);

    /// <summary>The cost that a header says.</summary>
    /// <param name="header">The name of a request header that only trusted callers can set.</param>
    /// <param name="otherwise">The cost of a request without the header: 0 to 10^15.</param>
    /// <param name="most">The most that the header may say: 1 to 10^15.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    public static RequestCost FromHeader(string header, long otherwise = 1, long most = MaxCost)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(header);
        return new(Check(otherwise, nameof(otherwise)), header, Check(most, nameof(most)));
    }

    /// <summary>Reads <c>5</c> or <c>header:X-Cost</c>.</summary>
    /// <exception cref="FormatException">The text is neither; the message names the text and the bound.</exception>
    public static RequestCost Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(HeaderPrefix, StringComparison.Ordinal) && text.Length > HeaderPrefix.Length) return FromHeader(text[HeaderPrefix.Length..].Trim());
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long permits) && permits <= MaxCost) return Fixed(permits);
        throw new FormatException($"'{text}' is not a cost; it must be a number between 0 and {MaxCost}, or header:NAME.");
    }

    /// <summary>The text: <c>5</c>, <c>header:X-Cost</c>.</summary>
    public override string ToString() => Header is null ? Permits.ToString(CultureInfo.InvariantCulture) : HeaderPrefix + Header;

    private static long Check(long permits, string parameter) => permits is >= 0 and <= MaxCost
        ? permits
        : throw new ArgumentOutOfRangeException(parameter, permits, $"{parameter} is {permits}; it must be between 0 and {MaxCost}. Use 0 for requests that cost nothing.");
}
