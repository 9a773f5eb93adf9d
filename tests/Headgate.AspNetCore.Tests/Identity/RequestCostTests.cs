using Headgate.AspNetCore.Identity;
using Headgate.Extensions;

namespace Headgate.AspNetCore.Tests.Identity;

public sealed class RequestCostTests
{
    private static readonly RequestCost UpTo100 = RequestCost.FromHeader("X-Cost", otherwise: 3, most: 100);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("007", 7)]
    [InlineData("100", 100)]
    public void A_header_says_the_cost(string says, long cost)
    {
        Assert.True(RequestCosts.TryCostOf(Requests.From(null, ("X-Cost", says)), UpTo100, out long actual, out string? error));
        Assert.Equal(cost, actual);
        Assert.Null(error);
    }

    [Fact]
    public void Without_a_header_the_policys_number_counts()
    {
        Assert.True(RequestCosts.TryCostOf(Requests.From(null), UpTo100, out long cost, out _));
        Assert.Equal(3, cost);
        Assert.True(RequestCosts.TryCostOf(Requests.From(null, ("X-Cost", "9")), RequestCost.Fixed(5), out cost, out _));
        Assert.Equal(5, cost);
    }

    [Theory]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1.5")]
    [InlineData("1e2")]
    [InlineData("0x10")]
    [InlineData("1\0")]
    [InlineData("٣")]
    [InlineData("")]
    [InlineData("1,2")]
    [InlineData("99999999999999999999999999999")]
    public void Anything_else_is_refused_with_header_value_and_bound(string says)
    {
        Assert.False(RequestCosts.TryCostOf(Requests.From(null, ("X-Cost", says)), UpTo100, out _, out string? error));
        Assert.Contains("X-Cost", error, StringComparison.Ordinal);
        Assert.Contains("between 0 and 100", error, StringComparison.Ordinal);
        Assert.All(error!, c => Assert.InRange(c, ' ', '~'));
    }

    [Fact]
    public void Two_values_are_refused_and_long_ones_clipped()
    {
        Assert.False(RequestCosts.TryCostOf(Requests.From(null, ("X-Cost", "1"), ("X-Cost", "1")), UpTo100, out _, out string? error));
        Assert.Contains("2 times", error, StringComparison.Ordinal);
        Assert.False(RequestCosts.TryCostOf(Requests.From(null, ("X-Cost", new string('9', 10_000) + "\n")), UpTo100, out _, out error));
        Assert.InRange(error!.Length, 1, 200);
    }
}
