using System.Text;
using Headgate.Extensions.Configuration;
using Microsoft.Extensions.Configuration;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>What cannot be is refused with place, value, bound and remedy.</summary>
public sealed class RefusalTests
{
    private const string Limit = "limits: 'fixed_window(permits=1, window=1s)'";

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("   \n# nothing\n", "the file is empty")]
    [InlineData("null", "the file is empty")]
    [InlineData("policies: {}\n---\npolicies: {}", "a second document")]
    [InlineData("just text", "fields with names")]
    [InlineData("[1, 2]", "a list stands here")]
    [InlineData("policies:\n\ta: {}", "tab")]
    [InlineData("policies: { a: &x {} }\nroutes: *x", "alias")]
    [InlineData("policies: !!map {}", "a tag")]
    [InlineData("policies: { a: [", "cannot be read")]
    [InlineData("? [a, b]\n: c", "the name of a field must be text")]
    public void Of_the_whole(string yaml, string part) => Assert.Contains(part, Read.Errors(yaml)[0].Message, StringComparison.Ordinal);

    [Fact]
    public void A_sentence_of_the_parser_ends_once()
    {
        string message = Read.Errors("policies: { a: [1 2] ]")[0].Message;
        Assert.DoesNotContain("..", message, StringComparison.Ordinal);
        Assert.EndsWith(". Mend the text here or just before.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limts: x", "Did you mean 'limits'?")]
    [InlineData("OnStoreFailure: open", "Did you mean 'on_store_failure'?")]
    [InlineData("cost: -1", "'-1' is not a cost; it must be a number between 0 and 1000000000000000")]
    [InlineData("cost: 1000000000000001", "between 0 and 1000000000000000")]
    [InlineData("shadow: yes", "yes is neither true nor false")]
    [InlineData("shadow: on", "on is neither true nor false")]
    [InlineData("shadow: True", "True is neither true nor false")]
    [InlineData("shadow: 'true'", "without quotes")]
    [InlineData("queue_limit: 1000001", "between 0 and 1000000")]
    [InlineData("queue_limit: '5'", "without quotes")]
    [InlineData("queue_limit: 1e3", "between 0 and 1000000")]
    [InlineData("max_wait: 2h", "2h must be between 0 and 1h")]
    [InlineData("max_wait: 5", "a unit of time")]
    [InlineData("on_store_failure: opne", "must be open, closed or local")]
    [InlineData("key: []", "it must have 1 to 8")]
    [InlineData("key: header", "Write 'header:NAME'")]
    [InlineData("key: cookie:x", "is not a key source")]
    [InlineData("exempt: { paths: [health] }", "must begin with '/'")]
    [InlineData("exempt: { methods: ['GET POST'] }", "is not a request method")]
    [InlineData("exempt: { keys: [''] }", "there is no value")]
    [InlineData("overrides: { vip: 'fixed_window(permits=0, window=1s)' }", "permits is 0; it must be between 1 and")]
    [InlineData("overrides: { '': 'fixed_window(permits=1, window=1s)' }", "it must have 1 to 1024")]
    [InlineData("cost:", "there is no value")]
    public void Of_a_policy(string field, string part) => Assert.Contains(part, Read.Error($"policies: {{ a: {{ {Limit}, {field} }} }}").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("policies: { a: { } }", "has no limits")]
    [InlineData("policies: { a: { limits: [] } }", "there are no limits; there must be 1 to 32. Write a limit such as")]
    [InlineData("policies: { a: { limits: { x: 1 } } }", "a group of fields stands here")]
    [InlineData("policies: { a: { limits: 'token_bucket(capacity=0, refill=1/s)' } }", "capacity is 0; it must be between 1 and")]
    [InlineData("policies: { 'a\"b': { limits: 'fixed_window(permits=1, window=1s)' } }", "U+0022")]
    [InlineData("policies: { a: { limits: ['fixed_window(permits=1, window=1s, name=x)', 'fixed_window(permits=1, window=1s, name=x)'] } }", "twice")]
    [InlineData("routes: [ { match: { path: v1 }, policies: [] } ]", "must begin with '/'")]
    [InlineData("routes: [ { match: {} } ]", "must say its policies")]
    [InlineData("routes: [ { policies: [a, a] } ]", "named twice")]
    [InlineData("store: { timeout: 2min }", "2min must be between 1ms and 1min")]
    [InlineData("store: { timeout: 0 }", "0 must be between 1ms and 1min")]
    [InlineData("store: { prefix: 'a:b' }", "1 to 64 printable ASCII characters")]
    [InlineData("forwarded: { ipv6_prefix: 31 }", "31 must be a whole number between 32 and 128")]
    [InlineData("forwarded: { ipv4_prefix: 33 }", "33 must be a whole number between 8 and 32")]
    [InlineData("forwarded: { trusted_proxies: 10.0.0.0/33 }", "is not an address or a network")]
    [InlineData("forwarded: { trusted_proxies: 7 }", "is not an address")]
    [InlineData("forwarded: { header: 'X Y' }", "is not the name of a header")]
    [InlineData("policys: {}", "Did you mean 'policies'?")]
    public void Of_the_rest(string yaml, string part) => Assert.Contains(part, Read.Error(yaml).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_file_line_column_and_field()
    {
        HeadgateConfigurationError error = Read.Error("policies:\n  public-api:\n    limits:\n      - fixed_window(permits=1, window=1s)\n      - token_bucket(capacity=10)\n");
        Assert.Equal(("headgate.yaml", 5, 9, "policies.public-api.limits[1]"), (error.File, error.Line, error.Column, error.Field));
        Assert.StartsWith("headgate.yaml(5,9): policies.public-api.limits[1]: ", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_all_errors_at_once_up_to_a_bound()
    {
        StringBuilder yaml = new("policies:\n");
        for (int i = 0; i < 80; i++) yaml.Append($"  p{i}: {{ limits: nonsense }}\n");
        Assert.Equal(HeadgateConfigurationException.MaxErrors, Read.Errors(yaml.ToString()).Count);
        Assert.Equal(3, Read.Errors("policies: { a: { limits: x, cost: x, shadow: x } }").Count);
    }

    [Fact]
    public void A_field_that_is_given_twice_is_named_with_the_first_line()
    {
        HeadgateConfigurationError error = Read.Error($"policies:\n  a: {{ {Limit} }}\n  a: {{ {Limit} }}\n");
        Assert.Equal((3, 3), (error.Line, error.Column));
        Assert.Contains("'a' is given twice, first in line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Never_shows_what_may_be_a_secret()
    {
        const string Secret = "sk_live_very_secret";
        string all = string.Concat(Read.Errors($"api_keys: {{ keys: {{ a: {Secret}, b: [{Secret}], c: {{ x: {Secret} }} }} }}"));
        Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);
        Assert.Contains("it has 19 characters and must have 64 hexadecimal digits", all, StringComparison.Ordinal);
    }

    [Fact]
    public void One_secret_has_one_owner()
    {
        string hash = new('a', 64);
        Assert.Contains("the hash of 'a' too", Read.Error($"api_keys: {{ keys: {{ a: {hash}, b: {hash.ToUpperInvariant()} }} }}").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_breaks_no_line_of_a_log()
    {
        string message = Read.Error("policies: { a: { limits: 'fixed_window(permits=1, window=1s)', on_store_failure: \"x\\nERROR forged \\e[31m\" } }").Message;
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_named_by_line()
    {
        HeadgateConfigurationException e = Assert.Throws<HeadgateConfigurationException>(() => Read.Bytes([.. "policies:\n  a: "u8, 0xC3, 0x28]));
        Assert.Equal(2, e.Errors[0].Line);
        Assert.Contains("not UTF-8", e.Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("NUL", Assert.Throws<HeadgateConfigurationException>(() => Read.Bytes([.. "policies: {}\n"u8, 0])).Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        foreach (int depth in new[] { YamlNodes.MaxDepth + 2, 100_000 })
            Assert.Contains("levels deep", Read.Error("policies: " + new string('[', depth)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_of_a_section_is_named_by_its_path()
    {
        IConfiguration root = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Headgate:policies:a:limits:0"] = "fixed_window(permits=1, window=1s)",
            ["Headgate:policies:a:limits:1"] = "token_bucket(capacity=10)",
        }).Build();
        HeadgateConfigurationError error = Assert.Single(Assert.Throws<HeadgateConfigurationException>(() => Read.Section(root)).Errors);
        Assert.Equal((null, null, "Headgate:policies:a:limits:1"), (error.File, error.Line, error.Field));
    }
}
