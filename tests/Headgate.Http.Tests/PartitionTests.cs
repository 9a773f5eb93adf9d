namespace Headgate.Http.Tests;

public class PartitionTests
{
    [Theory]
    [InlineData("http://Api.Example.com/a?b", "api.example.com")]
    [InlineData("https://api.example.com:443/", "api.example.com")]
    [InlineData("http://api.example.com:443/", "api.example.com:443")]
    [InlineData("https://user:secret@api.example.com:8443/", "api.example.com:8443")]
    [InlineData("http://[::1]:5000/", "[::1]:5000")]
    [InlineData("http://bücher.example/", "xn--bcher-kva.example")]
    public void A_host_is_known_by_name_and_port(string uri, string key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, uri);
        Assert.Equal(key, HttpPartition.ByHost(request));
        using HttpRequestMessage again = new(HttpMethod.Get, uri);
        Assert.Equal(key, HttpPartition.ByHost(again));
    }

    [Fact]
    public void A_request_without_an_address_has_a_key_all_the_same()
    {
        using HttpRequestMessage nowhere = new();
        Assert.Equal("", HttpPartition.ByHost(nowhere));
        using HttpRequestMessage relative = new(HttpMethod.Get, new Uri("/a", UriKind.Relative));
        Assert.Equal("", HttpPartition.ByHost(relative));
        Assert.Equal("", HttpPartition.One(relative));
    }

    [Fact]
    public async Task Hosts_have_limits_of_their_own_and_one_key_has_one()
    {
        using Client byHost = new(Limit.TokenBucket(1, Rate.PerSecond(1)), o => o.MaxWait = TimeSpan.Zero);
        foreach (string host in (string[])["http://a.test/", "http://b.test/", "http://a.test:81/"]) Assert.Null(HeadgateRefusal.Of(await byHost.SendAsync(host)));
        Assert.NotNull(HeadgateRefusal.Of(await byHost.SendAsync("https://a.test/")));

        using Client one = new(Limit.TokenBucket(1, Rate.PerSecond(1)), o => (o.MaxWait, o.PartitionKey) = (TimeSpan.Zero, HttpPartition.One));
        Assert.Null(HeadgateRefusal.Of(await one.SendAsync("http://a.test/")));
        Assert.NotNull(HeadgateRefusal.Of(await one.SendAsync("http://b.test/")));
    }
}
