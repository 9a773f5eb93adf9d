using FsCheck;
using FsCheck.Fluent;
using Headgate.AspNetCore.Paths;
using Headgate.AspNetCore.Tests.Identity;
using Headgate.Conformance.Generation;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Paths;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("/v1/orders", "/v1/orders /V1/Orders /v1/orders/")]
    [InlineData("/v1/orders/", "/v1/orders /v1/orders/")]
    [InlineData("/v1/orders/**", "/v1/orders /v1/orders/ /v1/orders/7 /v1/orders/7/items/")]
    [InlineData("/v1/*/items", "/v1/orders/items /v1/a/items")]
    [InlineData("/files/*.json", "/files/a.json /files/.json /files/a.b.JSON")]
    [InlineData("/files/a*b*c", "/files/abc /files/aXbYbZc /files/abcbc")]
    [InlineData("/**/items", "/items /a/items /a/b/items /a/items/items")]
    [InlineData("/a/**/b/**/c", "/a/b/c /a/x/b/c /a/b/b/y/z/c")]
    [InlineData("/**", "/ /a /a/b //a")]
    [InlineData("/", "/")]
    [InlineData("/café", "/CAFÉ")]
    public void Matches(string pattern, string paths)
    {
        foreach (string path in paths.Split(' ')) Assert.True(PathPattern.Parse(pattern).Matches(new PathString(path)), path);
    }

    [Theory]
    [InlineData("/v1/orders", "/v1/ordersX /v1/order /v1 / /v1/orders/7 //v1/orders /v1//orders /v1/orders//")]
    [InlineData("/v1/orders/**", "/v1/ordersX /v1 /v2/orders/7")]
    [InlineData("/v1/*/items", "/v1/items /v1//items /v1/a/b/items")]
    [InlineData("/health/*", "/health /health/ /health/a/b")]
    [InlineData("/files/*.json", "/files/ajson /files/json /files/a.json/b")]
    [InlineData("/files/a*b*c", "/files/ac /files/abcd /files/xabc /files/acb")]
    [InlineData("/**/items", "/ /itemsX /items/a")]
    [InlineData("/a/**/b/**/c", "/a/c /a/b /a/c/b")]
    [InlineData("/", "/a //")]
    public void Does_not_match(string pattern, string paths)
    {
        foreach (string path in paths.Split(' ')) Assert.False(PathPattern.Parse(pattern).Matches(new PathString(path)), path);
    }

    [Fact]
    public void No_path_at_all_is_the_root()
    {
        Assert.True(PathPattern.Parse("/").Matches(default(PathString)));
        Assert.True(PathPattern.Parse("/**").Matches(default(PathString)));
        Assert.False(PathPattern.Parse("/*").Matches(default(PathString)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("v1", "begin with a slash")]
    [InlineData("**", "begin with a slash")]
    [InlineData("/a//b", "empty segment")]
    [InlineData("/a/{id}", "'{'")]
    [InlineData("/a?b=1", "'?'")]
    [InlineData("/a#b", "'#'")]
    [InlineData("/a\\b", "'\\'")]
    [InlineData("/a/../b", "'..'")]
    [InlineData("/a/.", "'.'")]
    [InlineData("/a**", "**")]
    [InlineData("/a/***", "**")]
    [InlineData("/caf%C3%A9", "'%C3'")]
    public void A_text_that_is_no_pattern_is_refused_with_a_reason(string text, string reason)
    {
        FormatException wrong = Assert.Throws<FormatException>(() => PathPattern.Parse(text));
        Assert.Contains(reason, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_has_at_most_1024_characters()
    {
        PathPattern.Parse("/" + new string('a', 1_023));
        FormatException wrong = Assert.Throws<FormatException>(() => PathPattern.Parse("/" + new string('a', 1_024)));
        Assert.Contains("1025 characters; it must be at most 1024", wrong.Message, StringComparison.Ordinal);
        Assert.InRange(wrong.Message.Length, 1, 300);
    }

    [Fact]
    public void Agrees_with_a_matcher_that_tries_everything()
    {
        Gen<string> segment = Gen.Elements("a", "b", "ab", "A", "aab", "");
        Gen<string> path = Gen.Choose(0, 6).SelectMany(n => segment.ArrayOf(n)).Select(all => string.Concat(all.Select(s => "/" + s)));
        Gen<string> star = Gen.Elements("a", "b", "*", "**", "a*", "*b", "*a*", "a*b", "ab");
        Gen<string> pattern = Gen.Choose(1, 5).SelectMany(n => star.ArrayOf(n)).Select(all => string.Concat(all.Select(s => "/" + s)));
        int matched = 0;
        PropertyCheck.ForAll(pattern.SelectMany(p => path.Select(q => (p, q))).ToArbitrary(), both =>
        {
            bool expected = NaiveMatcher.Matches(both.p, both.q);
            if (expected) matched++;
            Assert.Equal(expected, PathPattern.Parse(both.p).Matches(both.q));
        }, tests: 5_000);
        Assert.InRange(matched, 200, 4_800);
    }

    [Fact]
    public void A_path_made_to_backtrack_is_matched_in_good_time()
    {
        // A matcher that tries everything would take more than 2^100 steps; a time-out of the run would be the failure.
        string path = "/" + string.Join('/', Enumerable.Repeat("a", 4_000)), segment = "/" + new string('a', 8_000);
        PathPattern segments = PathPattern.Parse(string.Concat(Enumerable.Repeat("/**/a", 100)) + "/b");
        PathPattern stars = PathPattern.Parse("/" + string.Concat(Enumerable.Repeat("*a", 400)) + "b");
        Assert.False(segments.Matches(path));
        Assert.False(stars.Matches(segment));
        Assert.True(segments.Matches(path + "/b"));
        Assert.True(stars.Matches(segment + "b"));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        PathPattern pattern = PathPattern.Parse("/v1/**/items/*.json");
        PathString path = new("/v1/orders/7/items/a.json");
        Assert.Equal(0, Allocations.Of(() => pattern.Matches(path)));
    }
}
