using FsCheck;
using FsCheck.Fluent;
using Headgate.Extensions.Policies;

namespace Headgate.Extensions.Tests.Policies;

/// <summary>Law 13: two different callers never share a key, whatever they call themselves.</summary>
public sealed class PartitionKeyLaws
{
    private static readonly string[] Sources = ["api_key", "user", "ip", "tenant", "header:a", "header:a:b", "header:a%3Ab", "header:A", "claim:a", "route:a", "query:a", "custom:a"];

    /// <summary>Few letters, so that equal keys would be found: those that mean something in a key.</summary>
    private static readonly Gen<string> Values = Gen.OneOf(
        Gen.ArrayOf(Gen.Elements(':', '%', '1', '4', 'a', '.', 'u')).Select(letters => new string(letters)),
        Gen.Elements("user:a", "6:user:a", "a", "1:a1:a", "nobody", "", new string('.', 255), new string('.', 256), new string('.', 257), new string('.', 256) + new string('a', 64)));

    [Fact]
    public void Keys_of_one_source_differ_as_source_and_value_do()
    {
        Gen<(string, string)> part = from source in Gen.Elements(Sources) from value in Values select (source, value);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(Gen.Two(part).ToArbitrary(), pair =>
            (KeyOf(pair.Item1) == KeyOf(pair.Item2)) == (pair.Item1 == pair.Item2)));
    }

    [Fact]
    public void Keys_of_several_differ_as_the_parts_do_and_come_apart_again()
    {
        Gen<string[]> parts = from count in Gen.Choose(1, 3) from all in Gen.ArrayOf(Values, count) select all;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(Gen.Two(parts).ToArbitrary(), pair =>
            (PartitionKey.Join(pair.Item1) == PartitionKey.Join(pair.Item2)) == pair.Item1.SequenceEqual(pair.Item2)
            && PartitionKey.Split(PartitionKey.Join(pair.Item1)).SequenceEqual(pair.Item1)));
    }

    [Fact]
    public void A_key_of_one_is_never_a_key_of_several_or_of_nobody()
    {
        Gen<(string, string, string)> both = from source in Gen.Elements(Sources) from value in Values from other in Values select (source, value, other);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(both.ToArbitrary(), one =>
        {
            string single = KeyOf((one.Item1, one.Item2));
            return single != PartitionKey.Join([one.Item2, one.Item3]) && single != PartitionKey.Nobody;
        }));
    }

    [Fact]
    public void The_value_comes_out_of_a_key_of_one()
    {
        foreach (string source in Sources) Assert.Equal("x:y", PartitionKey.ValueOf(KeyOf((source, "x:y"))).ToString());
        Assert.Equal("", PartitionKey.ValueOf(PartitionKey.Join(["user:a", "ip:b"])).ToString());
        Assert.Equal("", PartitionKey.ValueOf(PartitionKey.Nobody).ToString());
    }

    private static string KeyOf((string Source, string Value) part) => PartitionKey.Of(KeySource.Parse(part.Source), part.Value);
}
