using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance.Generation;

namespace Headgate.Tests.Limits;

public class LimitTextTests
{
    [Theory]
    [InlineData("token_bucket(capacity=10, refill=1/s)")]
    [InlineData("leaky_bucket(capacity=10, leak=1/30s)")]
    [InlineData("fixed_window(permits=10, window=1d)")]
    [InlineData("sliding_window(permits=10, window=90s)")]
    [InlineData("sliding_log(permits=10, window=1500us)")]
    [InlineData("concurrency(permits=10, lease=5min)")]
    [InlineData("concurrency(permits=10, lease=5min, name=work, shadow=true)")]
    [InlineData("fixed_window(permits=10, window=1d, name=\"two words\")")]
    [InlineData("all_of(fixed_window(permits=10, window=1d); sliding_log(permits=3, window=1s, shadow=true); name=hybrid)")]
    public void Reads_what_it_writes(string text) => Assert.Equal(text, Limit.Parse(text).ToString());

    [Fact]
    public void Room_and_order_do_not_matter()
    {
        Limit limit = Limit.TokenBucket(10, Rate.PerSecond(1)) with { Name = "x" };
        Assert.Equal(limit, Limit.Parse("  token_bucket (\n name = \"x\" , refill = 1 / s , capacity = 10 )  "));
        Assert.Equal(Limit.Concurrency(3), Limit.Parse("concurrency(permits=3)"));
        Assert.Equal(limit with { Shadow = true }, Limit.Parse("token_bucket(shadow=true, capacity=10, refill=1/s, name=x)"));
        Assert.Equal(limit, Limit.Parse("token_bucket(shadow=false, capacity=10, refill=1/s, name=x)"));
    }

    [Fact]
    public void Every_limit_survives_its_text() =>
        PropertyCheck.ForAll(Arb.From(Limits(2)), limit =>
        {
            Limit read = Limit.Parse(limit.ToString());
            Assert.Equal(limit, read);
            Assert.Equal(limit.GetHashCode(), read.GetHashCode());
            Assert.Equal(limit.ToString(), read.ToString());
            Assert.Equal(limit.Leaves.Select(l => (l.Identity, l.Label, l.Shadow)), read.Leaves.Select(l => (l.Identity, l.Label, l.Shadow)));
        }, 1000);

    [Fact]
    public void Rates_survive_their_text() =>
        PropertyCheck.ForAll(Arb.From(Gen.OneOf(LimitGen.Rates, LimitGen.ExtremeRates)), rate => Assert.Equal(rate, Rate.Parse(rate.ToString())), 500);

    [Theory]
    [InlineData("", 0, "a kind of limit")]
    [InlineData("12", 0, "a kind of limit")]
    [InlineData("bucket(capacity=1)", 0, "'bucket' is no kind of limit")]
    [InlineData("token_bucket", 12, "expected '('")]
    [InlineData("token_bucket()", 13, "an argument of token_bucket")]
    [InlineData("token_bucket(capacity=10)", 24, "expected refill")]
    [InlineData("token_bucket(refill=1/s)", 23, "expected capacity")]
    [InlineData("token_bucket(capacity=10, refill=1/s", 36, "expected ')'")]
    [InlineData("token_bucket(capacity=10, refill=1/s) x", 38, "nothing more")]
    [InlineData("token_bucket(capacity=10, capacity=11, refill=1/s)", 26, "given twice")]
    [InlineData("token_bucket(capacity=10, leak=1/s)", 26, "'leak' is no argument of token_bucket")]
    [InlineData("token_bucket(capacity=0, refill=1/s)", 22, "between 1 and")]
    [InlineData("token_bucket(capacity=1.5, refill=1/s)", 22, "a whole number")]
    [InlineData("token_bucket(capacity=-1, refill=1/s)", 22, "a whole number")]
    [InlineData("token_bucket(capacity=10, refill=1/x)", 35, "a unit of time")]
    [InlineData("fixed_window(permits=1, window=d)", 31, "a duration")]
    [InlineData("fixed_window(permits=1, window=0s)", 31, "between 1us and 36525d")]
    [InlineData("sliding_log(permits=1000001, window=1s)", 20, "1000000")]
    [InlineData("fixed_window(permits=1, window=1s, name=)", 40, "a name")]
    [InlineData("fixed_window(permits=1, window=1s, name=\"a)", 43, "to end the name")]
    [InlineData("fixed_window(permits=1, window=1s, name=\"\")", 40, "1 to 128")]
    [InlineData("fixed_window(permits=1, window=1s, name=\"é\")", 40, "printable ASCII")]
    [InlineData("fixed_window(permits=1, window=1s, shadow=yes)", 42, "true or false")]
    [InlineData("all_of()", 7, "a limit")]
    [InlineData("all_of(name=x)", 0, "no limits")]
    [InlineData("all_of(fixed_window(permits=1, window=1s), fixed_window(permits=2, window=1s))", 41, "expected ')'")]
    [InlineData("all_of(fixed_window(permits=1, window=1s); fixed_window(permits=1, window=1s))", 0, "twice")]
    [InlineData("concurrency(permits=1, lease=36526d)", 29, "36525d")]
    public void Unreadable_text_is_refused_at_its_place(string text, int position, string says)
    {
        Refusal.OfFormat(() => Limit.Parse(text), position, "a limit", says);
        Assert.False(Limit.TryParse(text, out _));
    }

    [Fact]
    public void No_text_is_no_limit()
    {
        Assert.Throws<ArgumentNullException>(() => Limit.Parse(null!));
        Assert.False(Limit.TryParse(null, out _));
    }

    [Fact]
    public void Garbage_is_refused_with_FormatException_and_nothing_else() =>
        PropertyCheck.ForAll(Arb.From(Garbage()), text =>
        {
            foreach (Func<object> read in new Func<object>[] { () => Limit.Parse(text), () => Rate.Parse(text) })
            {
                Exception? thrown = Record.Exception(() => { _ = read(); });
                if (thrown is not null) Assert.Contains("at position ", Assert.IsType<FormatException>(thrown).Message, StringComparison.Ordinal);
            }
        }, 5000);

    /// <summary>Good texts with a few characters changed, cut or doubled; words of the language in any order; noise.</summary>
    private static Gen<string> Garbage()
    {
        Gen<char> any = Gen.Frequency(
            (6, Gen.Elements([.. "(),;=\"./ _09-azµé\0\n\u2028\uD800"])),
            (1, Gen.Choose(0, 0xFFFF).Select(c => (char)c)));
        Gen<string> noise = any.ListOf().Select(cs => string.Concat(cs));
        Gen<string> words = Gen.Elements("token_bucket", "all_of", "fixed_window", "(", ")", ",", ";", "=", "capacity", "refill", "permits", "window",
            "name", "shadow", "true", "\"", "1", "0", "9223372036854775807", "9223372036854775808", "0.1", "/", "s", "d", "us", " ").ListOf().Select(ws => string.Concat(ws));
        Gen<string> broken =
            from limit in Limits(1)
            from at in Gen.Choose(0, 200)
            from cut in Gen.Choose(0, 3)
            from put in any.ListOf(2)
            let text = limit.ToString()
            let start = at % text.Length
            select string.Concat(text.AsSpan(0, start), string.Concat(put.Take(at % 3)), text.AsSpan(Math.Min(text.Length, start + cut)));
        return Gen.OneOf(noise, words, broken);
    }

    private static Gen<string?> Names()
    {
        Gen<string> odd = Gen.Choose(' ', '~').Where(c => c is not '"' and not '\\').Select(c => (char)c).NonEmptyListOf()
            .Select(cs => string.Concat(cs.Take(LimitBounds.MaxNameLength)));
        return Gen.OneOf(
            Gen.Constant<string?>(null),
            Gen.Elements<string?>("n", " ", "a b", ")", "; ", "x, name=y", "all_of(", "'", "|u|", "-", "true", new string('z', 128)),
            odd.Select(n => (string?)n));
    }

    private static Gen<Limit> Limits(int depth)
    {
        Gen<Limit> plain =
            from kind in Gen.Elements(Enum.GetValues<LimitKind>())
            from extreme in Gen.Elements(false, false, true)
            from limit in LimitGen.OfKind(kind, extreme)
            select limit;
        Gen<Limit> composite = depth == 0
            ? plain
            : from count in Gen.Choose(1, 4)
              from parts in Limits(depth - 1).ListOf(count)
              let distinct = Distinct(parts)
              select (Limit)Limit.AllOf(distinct);
        return from limit in Gen.Frequency((3, plain), (depth == 0 ? 0 : 2, composite))
               from name in Names()
               from shadow in Gen.Elements(false, true)
               select Named(limit, name) with { Shadow = shadow };
    }

    /// <summary>A name that would make two parts one state is refused: leave it out.</summary>
    private static Limit Named(Limit limit, string? name)
    {
        try
        {
            return limit with { Name = name };
        }
        catch (ArgumentException)
        {
            return limit;
        }
    }

    private static Limit[] Distinct(IEnumerable<Limit> parts)
    {
        List<Limit> kept = [];
        HashSet<string> identities = [];
        foreach (Limit part in parts)
        {
            if (!part.Leaves.Any(l => identities.Contains(l.Identity))) kept.Add(part);
            identities.UnionWith(part.Leaves.Select(l => l.Identity));
        }

        return [.. kept];
    }
}
