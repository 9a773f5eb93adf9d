using Headgate.AspNetCore.Observability;

namespace Headgate.AspNetCore.Tests.Observability;

public sealed class CallerIdTests
{
    [Fact]
    public void Is_the_same_for_the_same_key_and_shows_nothing_of_it()
    {
        string id = CallerId.Of("user:alice");
        Assert.Equal(id, CallerId.Of(string.Concat("user:", "alice")));
        Assert.Matches("^[0-9a-f]{12}$", id);
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(i => CallerId.Of($"user:{i}")).Distinct().Count());
    }

    [Theory]
    [InlineData("user:alice", "user")]
    [InlineData("api_key:secret", "api_key")]
    [InlineData("ip:2001:db8::/64", "ip")]
    [InlineData("header:X-Client:7", "header")]
    [InlineData("global", "global")]
    [InlineData("global:", "global")]
    [InlineData("nobody", "nobody")]
    [InlineData("10:user:alice8:ip:1.2.3", "several")]
    [InlineData("2001:db8::1", "other")]
    [InlineData("sk-live-0123456789", "other")]
    [InlineData("username:password", "other")]
    [InlineData("", "other")]
    [InlineData("7", "other")]
    public void The_source_is_one_of_the_known_and_never_a_piece_of_a_key(string key, string source) => Assert.Equal(source, CallerId.SourceOf(key));

    [Fact]
    public void A_long_key_is_kept_short_and_stays_apart_from_its_like()
    {
        string begin = new('x', 100_000);
        string one = CallerId.Bounded(begin + "1");
        string other = CallerId.Bounded(begin + "2");
        Assert.Equal(CallerId.MaxKeyLength, one.Length);
        Assert.NotEqual(one, other);
        Assert.Equal(one, CallerId.Bounded(begin + "1"));
        string longest = new('x', CallerId.MaxKeyLength);
        Assert.Same(longest, CallerId.Bounded(longest));
    }
}
