using System.Net;
using Headgate.AspNetCore.Identity;
using Headgate.Extensions;

namespace Headgate.AspNetCore.Tests.Identity;

public sealed class AddressTests
{
    private static readonly ForwardedOptions Trusting = new() { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")] };

    private static readonly ForwardedOptions Rfc7239 = Trusting with { Header = "Forwarded" };

    [Theory]
    [InlineData("203.0.113.7", "ip:203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "ip:203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "ip:2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::", "ip:2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "ip:fe80::/64")]
    [InlineData("::1", "ip:::/64")]
    public void An_address_counts_by_its_prefix(string address, string key) => Assert.Equal(key, Requests.KeyOf(Requests.From(address), "ip"));

    [Theory]
    [InlineData(24, 48, "203.0.113.7", "ip:203.0.113.0/24")]
    [InlineData(8, 128, "203.0.113.7", "ip:203.0.0.0/8")]
    [InlineData(32, 32, "2001:db8:1:2:3:4:5:6", "ip:2001:db8::/32")]
    [InlineData(32, 56, "2001:db8:1:2ff::", "ip:2001:db8:1:200::/56")]
    [InlineData(32, 65, "2001:db8:1:2:ffff::", "ip:2001:db8:1:2:8000::/65")]
    [InlineData(32, 128, "2001:db8:1:2:3:4:5:6", "ip:2001:db8:1:2:3:4:5:6")]
    public void The_prefixes_are_configurable(int ipv4, int ipv6, string address, string key) =>
        Assert.Equal(key, Requests.KeyOf(Requests.From(address), "ip", new ForwardedOptions { Ipv4Prefix = ipv4, Ipv6Prefix = ipv6 }));

    [Fact]
    public void A_unix_socket_identifies_nobody()
    {
        Assert.False(Requests.Keys("ip").TryKeyOf(Requests.From(null, ("X-Forwarded-For", "203.0.113.7")), out string key));
        Assert.Equal("nobody", key);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "198.51.100.1")]
    [InlineData("Forwarded", "for=198.51.100.1")]
    [InlineData("X-Real-IP", "198.51.100.1")]
    public void A_spoofed_header_changes_nothing_without_a_trusted_proxy(string name, string value)
    {
        Assert.Equal("ip:203.0.113.7", Requests.KeyOf(Requests.From("203.0.113.7", (name, value)), "ip"));
        Assert.Equal("ip:203.0.113.7", Requests.KeyOf(Requests.From("203.0.113.7", (name, value)), "ip", Trusting));
        Assert.Equal("ip:203.0.113.7", Requests.KeyOf(Requests.From("203.0.113.7", (name, value)), "ip", Rfc7239));
    }

    [Theory]
    [InlineData("198.51.100.1")]
    [InlineData("198.51.100.1:4711")]
    [InlineData(" 198.51.100.1\t")]
    [InlineData("6.6.6.6, 198.51.100.1")]
    [InlineData("6.6.6.6,198.51.100.1 , 10.1.2.3,10.1.2.4:80")]
    [InlineData("6.6.6.6, 198.51.100.1, [fd00::1]:443, fd00::2")]
    [InlineData("rubbish, 198.51.100.1")]
    [InlineData("::ffff:198.51.100.1")]
    [InlineData("198.51.100.1, ::ffff:10.1.2.3")]
    public void Behind_trusted_proxies_the_first_hop_from_the_right_that_is_not_trusted_counts(string value)
    {
        Assert.Equal("ip:198.51.100.1", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", value)), "ip", Trusting));
        Assert.Equal("ip:198.51.100.1", Requests.KeyOf(Requests.From("::ffff:10.0.0.1", ("x-forwarded-for", value)), "ip", Trusting));
    }

    [Theory]
    [InlineData("198.51.100.1, rubbish")]
    [InlineData("198.51.100.1, ")]
    [InlineData("198.51.100.1,,")]
    [InlineData("198.51.100.1, unknown")]
    [InlineData("198.51.100.1, _hidden")]
    [InlineData("198.51.100.1, 010.0.0.1")]
    [InlineData("198.51.100.1, 0x0a.1")]
    [InlineData("198.51.100.1, 10.0.0")]
    [InlineData("198.51.100.1, 10.0.0.256")]
    [InlineData("198.51.100.1, 10.0.0.1.2")]
    [InlineData("198.51.100.1, 10.0.0.2:123456")]
    [InlineData("198.51.100.1, 10.0.0.2:")]
    [InlineData("198.51.100.1, [10.0.0.2]")]
    [InlineData("198.51.100.1, [fd00::1")]
    [InlineData("198.51.100.1, \"10.0.0.2\"")]
    [InlineData("198.51.100.1 10.0.0.2")]
    [InlineData("")]
    public void A_hop_that_cannot_be_read_ends_the_walk_at_the_last_trusted_one(string value) =>
        Assert.Equal("ip:10.0.0.1", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", value)), "ip", Trusting));

    [Fact]
    public void What_trusted_hops_said_before_a_hop_that_cannot_be_read_counts() =>
        Assert.Equal("ip:10.9.9.9", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", "198.51.100.1, rubbish, 10.9.9.9")), "ip", Trusting));

    [Fact]
    public void Several_lines_of_the_header_are_one_list()
    {
        Assert.Equal("ip:198.51.100.1", Requests.KeyOf(
            Requests.From("10.0.0.1", ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "10.0.0.9")), "ip", Trusting));
    }

    [Fact]
    public void Without_the_header_or_when_all_are_trusted_the_leftmost_known_hop_counts()
    {
        Assert.Equal("ip:10.0.0.1", Requests.KeyOf(Requests.From("10.0.0.1"), "ip", Trusting));
        Assert.Equal("ip:10.0.0.3", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", "10.0.0.3, 10.0.0.2")), "ip", Trusting));
    }

    [Theory]
    [InlineData("for=198.51.100.1")]
    [InlineData("For=\"198.51.100.1:4711\";proto=https;by=10.0.0.1")]
    [InlineData("proto=https ; for = \"198.51.100.1\"")]
    [InlineData("for=6.6.6.6, for=198.51.100.1;host=\"a, for=9.9.9.9\"")]
    [InlineData("for=6.6.6.6, for=198.51.100.1;host=\"a\\\", for=9.9.9.9;x=\\\"\"")]
    [InlineData("for=\"6.6.6.6, for=198.51.100.1, for=\"[fd00::7]:_port\"")]
    [InlineData("for=198.51.100.1, for=\"[::ffff:10.0.0.7]\"")]
    public void Forwarded_is_read_as_RFC_7239_says(string value) =>
        Assert.Equal("ip:198.51.100.1", Requests.KeyOf(Requests.From("10.0.0.1", ("Forwarded", value)), "ip", Rfc7239));

    [Theory]
    [InlineData("for=198.51.100.1, for=unknown")]
    [InlineData("for=198.51.100.1, for=_hidden")]
    [InlineData("for=198.51.100.1, for=\"_hidden\"")]
    [InlineData("for=198.51.100.1, proto=https")]
    [InlineData("for=198.51.100.1, for=10.0.0.2;for=10.0.0.3")]
    [InlineData("for=198.51.100.1, for=\"10.0.0.2")]
    [InlineData("for=198.51.100.1, for=\"10.0.0.2\"x")]
    [InlineData("for=198.51.100.1, for=")]
    [InlineData("for=198.51.100.1, =10.0.0.2")]
    [InlineData("for=198.51.100.1, 10.0.0.2")]
    [InlineData("for=198.51.100.1, for=\"\"")]
    [InlineData("for=198.51.100.1, ;")]
    public void A_hidden_or_odd_element_ends_the_walk(string value) =>
        Assert.Equal("ip:10.0.0.1", Requests.KeyOf(Requests.From("10.0.0.1", ("Forwarded", value)), "ip", Rfc7239));

    [Fact]
    public void Only_the_configured_header_is_looked_at() =>
        Assert.Equal("ip:10.0.0.1", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", "198.51.100.1")), "ip", Rfc7239));

    [Fact]
    public void The_walk_is_bounded_in_hops_and_in_characters()
    {
        string Hops(int count) => string.Join(",", Enumerable.Range(0, count).Select(i => $"10.2.0.{count - i}"));
        Assert.Equal("ip:10.2.0.32", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", Hops(32))), "ip", Trusting));
        Assert.Equal("ip:10.2.0.32", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", "198.51.100.1," + Hops(32))), "ip", Trusting));
        string far = "198.51.100.1," + new string(' ', ForwardedHops.MaxCharacters) + "10.0.0.5";
        Assert.Equal("ip:10.0.0.1", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", far)), "ip", Trusting));
        string farther = "198.51.100.1," + new string(' ', ForwardedHops.MaxCharacters - 10) + "10.0.0.5,10.0.0.4";
        Assert.Equal("ip:10.0.0.4", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", farther)), "ip", Trusting));
    }

    [Fact]
    public void Trust_in_all_of_IPv6_is_no_trust_in_IPv4()
    {
        ForwardedOptions options = new() { TrustedProxies = [IPNetwork.Parse("::/0")] };
        Assert.Equal("ip:203.0.113.7", Requests.KeyOf(Requests.From("203.0.113.7", ("X-Forwarded-For", "198.51.100.1")), "ip", options));
        Assert.Equal("ip:198.51.100.1", Requests.KeyOf(Requests.From("2001:db8::1", ("X-Forwarded-For", "198.51.100.1")), "ip", options));
        ForwardedOptions mapped = new() { TrustedProxies = [IPNetwork.Parse("::ffff:10.0.0.0/104")] };
        Assert.Equal("ip:198.51.100.1", Requests.KeyOf(Requests.From("10.0.0.1", ("X-Forwarded-For", "198.51.100.1")), "ip", mapped));
        Assert.Equal("ip:11.0.0.1", Requests.KeyOf(Requests.From("11.0.0.1", ("X-Forwarded-For", "198.51.100.1")), "ip", mapped));
    }
}
