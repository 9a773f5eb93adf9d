using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Headgate;

/// <summary>A limit: how much of something may be had, and how it comes back. Immutable, validated when built, safe for any number of threads.</summary>
/// <remarks>
/// <para>State belongs to (namespace, limit identity, key). A named limit is identified by its kind and its <see cref="Name"/>, so its
/// numbers can change under a running system and what was consumed stays consumed; an unnamed one by its kind and its numbers.</para>
/// <para>Every number has an exact domain (<see cref="LimitBounds"/>); what lies outside is refused with an
/// <see cref="ArgumentOutOfRangeException"/> that names the value, the bound and the remedy.</para>
/// </remarks>
public abstract record Limit
{
    private string? _name;
    private LimitLeaf[]? _leaves;
    private string? _text;

    private protected Limit()
    {
    }

    /// <summary>Copies name and shadow; what is derived from them is derived anew.</summary>
    protected Limit(Limit original)
    {
        ArgumentNullException.ThrowIfNull(original);
        _name = original._name;
        Shadow = original.Shadow;
    }

    /// <summary>
    /// The name shown in <see cref="Decision.DecidedBy"/>, headers and metrics, and the limit's identity; null for none.
    /// 1 to 128 printable ASCII characters other than the double quote and the backslash.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty, too long or has a character that is not allowed.</exception>
    public string? Name
    {
        get => _name;
        init
        {
            _name = CheckName(value, nameof(Name));
            CheckIdentities(nameof(Name));
        }
    }

    /// <summary>True for a limit that is computed and reported (<see cref="Decision.ShadowDeniedBy"/>) but never enforced. Not part of the identity.</summary>
    public bool Shadow { get; init; }

    /// <summary>
    /// A bucket of tokens, full at first; a charge takes its cost in tokens, which flow back continuously at <paramref name="refill"/>
    /// up to <paramref name="capacity"/>. The same decisions as GCRA. For bursts up to the capacity over a steady rate.
    /// </summary>
    /// <param name="capacity">Tokens, 1 to 10^15; capacity times the rate's reduced period at most 2^61; fills within 36,525 days.</param>
    /// <param name="refill">How fast tokens flow back.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    public static TokenBucketLimit TokenBucket(long capacity, Rate refill) => new(capacity, refill);

    /// <summary>
    /// A bucket that leaks at exactly <paramref name="leak"/>; a charge pours in its cost if it fits. Work released after
    /// <see cref="Decision.Delay"/> leaves smoothly at that rate. For shaping traffic to a fragile system.
    /// </summary>
    /// <param name="capacity">Permits that fit, 1 to 10^15; capacity times the rate's reduced period at most 2^61; drains within 36,525 days.</param>
    /// <param name="leak">How fast the bucket drains.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    public static LeakyBucketLimit LeakyBucket(long capacity, Rate leak) => new(capacity, leak);

    /// <summary>
    /// At most <paramref name="permits"/> in each window, windows aligned to 1970-01-01T00:00Z. Up to twice as many pass around a boundary.
    /// For quotas that people read on a calendar.
    /// </summary>
    /// <param name="permits">1 to 10^15.</param>
    /// <param name="window">1 microsecond to 36,525 days, whole microseconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    public static FixedWindowLimit FixedWindow(long permits, TimeSpan window) => new(permits, window);

    /// <summary>
    /// At most <paramref name="permits"/> by the estimate "this window so far, plus the last window times the share of it that still
    /// counts". Two numbers a key. For a smooth quota at the price of a window.
    /// </summary>
    /// <param name="permits">1 to 10^15.</param>
    /// <param name="window">1 microsecond to 36,525 days, whole microseconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    public static SlidingWindowLimit SlidingWindow(long permits, TimeSpan window) => new(permits, window);

    /// <summary>
    /// At most <paramref name="permits"/> in any span of <paramref name="window"/>, exactly, by remembering every admitted charge.
    /// For small limits that must hold to the letter.
    /// </summary>
    /// <param name="permits">1 to 1,000,000.</param>
    /// <param name="window">1 microsecond to 36,525 days, whole microseconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    public static SlidingLogLimit SlidingLog(long permits, TimeSpan window) => new(permits, window);

    /// <summary>
    /// At most <paramref name="permits"/> in flight at once. Each is held until released, or until <paramref name="leaseTime"/> has gone by
    /// without a renewal, so that a holder that dies frees its permits.
    /// </summary>
    /// <param name="permits">1 to 10^15.</param>
    /// <param name="leaseTime">1 microsecond to 36,525 days, whole microseconds; one minute if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    public static ConcurrencyLimit Concurrency(long permits, TimeSpan? leaseTime = null) => new(permits, leaseTime ?? ConcurrencyLimit.DefaultLeaseTime);

    /// <summary>Several limits as one: a charge is made on all of them or on none. A hybrid is all of (token bucket, sliding window).</summary>
    /// <param name="limits">1 to 32 limits; composites in it count as their parts. No two may have the same identity.</param>
    /// <exception cref="ArgumentException">There is no limit, one is null, or two have the same identity.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more than 32, or more than 8 levels of composites.</exception>
    public static CompositeLimit AllOf(params Limit[] limits) => new(limits);

    /// <summary>Reads what <see cref="ToString"/> writes: <c>token_bucket(capacity=10, refill=1/s)</c>, <c>all_of(a; b)</c>.</summary>
    /// <exception cref="FormatException">The text is not a limit; the message names the position, the value, the bound and an example.</exception>
    public static Limit Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return LimitParser.Parse(text);
    }

    /// <summary>Reads a limit as <see cref="Parse"/> does; false where that throws.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Limit? limit)
    {
        limit = null;
        if (text is null) return false;
        try
        {
            limit = LimitParser.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The text that <see cref="Parse"/> reads back to an equal limit.</summary>
    public sealed override string ToString() => _text ??= Write();

    /// <summary>Two limits are equal when kind, numbers, name and shadow are.</summary>
    public virtual bool Equals(Limit? other) =>
        other is not null && EqualityContract == other.EqualityContract && Name == other.Name && Shadow == other.Shadow;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EqualityContract, Name, Shadow);

    /// <summary>The kind as it is written in text: <c>token_bucket</c>.</summary>
    internal abstract string Kind { get; }

    /// <summary>The numbers as they are written in text: <c>capacity=10, refill=1/s</c>.</summary>
    internal abstract string Numbers { get; }

    /// <summary>The plain limits this one consists of: itself, or a composite's parts in order.</summary>
    internal LimitLeaf[] Leaves => _leaves ??= Flatten();

    private protected virtual LimitLeaf[] Flatten() =>
        [new LimitLeaf(this, Name is null ? $"{Kind}|u|{Numbers}" : $"{Kind}|n|{Name}", Name ?? ToString(), Shadow)];

    /// <summary>Refuses a name that would make two parts one state.</summary>
    private protected virtual void CheckIdentities(string parameter)
    {
    }

    private string Write()
    {
        string separator = this is CompositeLimit ? "; " : ", ";
        string name = Name is null ? "" : $"{separator}name={(Name.All(TextCursor.IsPlainNameCharacter) ? Name : $"\"{Name}\"")}";
        string shadow = Shadow ? $"{separator}shadow=true" : "";
        return $"{Kind}({Numbers}{name}{shadow})";
    }

    private static string? CheckName(string? name, string parameter)
    {
        if (name is null) return null;
        if (name.Length is 0 or > LimitBounds.MaxNameLength)
        {
            throw new ArgumentOutOfRangeException(parameter, name.Length,
                $"Name has {name.Length.ToString(CultureInfo.InvariantCulture)} characters; it must have 1 to {LimitBounds.MaxNameLength}. Use a shorter name, or null for none.");
        }

        int bad = name.AsSpan().IndexOfAny('"', '\\');
        if (bad < 0) bad = name.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (bad >= 0)
        {
            throw new ArgumentOutOfRangeException(parameter, name,
                $"Name has U+{(int)name[bad]:X4} at position {bad}; it must consist of printable ASCII without the double quote and the backslash. Use letters, digits, '-' and '_'.");
        }

        return name;
    }
}

/// <summary>One plain limit of a limit, with what identifies its state and what it is called.</summary>
/// <param name="Limit">The plain limit.</param>
/// <param name="Identity">Kind and name, or kind and numbers, or kind and place in a named composite. Injective.</param>
/// <param name="Label">What decisions and metrics call it.</param>
/// <param name="Shadow">Reported, not enforced.</param>
internal readonly record struct LimitLeaf(Limit Limit, string Identity, string Label, bool Shadow);
