using Headgate.AspNetCore.Paths;
using Headgate.AspNetCore.Tests.Identity;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Paths;

public sealed class RouteTableTests
{
    private static readonly RouteTable Table = new(
    [
        new RateLimitRoute("/**", ["all"]) { Also = true },
        new RateLimitRoute("/v1/orders/**", ["write", "all"]) { Methods = ["post", "PUT"] },
        new RateLimitRoute("/v1/orders/**", ["orders"]),
        new RateLimitRoute("/v1/**", ["v1"]),
    ]);

    [Fact]
    public void The_first_match_is_the_last_unless_it_says_also()
    {
        Assert.Equal([0, 1], Table.Match(Request("POST", "/v1/orders/7")).Indexes);
        Assert.Equal([0, 2], Table.Match(Request("GET", "/v1/orders/7")).Indexes);
        Assert.Equal([0, 3], Table.Match(Request("GET", "/v1/customers")).Indexes);
        Assert.Equal([0], Table.Match(Request("GET", "/")).Indexes);
        Assert.Equal(["all", "write"], Table.Match(Request("put", "/v1/orders")).Policies);
    }

    [Fact]
    public void HEAD_gets_around_no_limit_of_GET()
    {
        RouteTable table = new(
        [
            new RateLimitRoute("/own/**", ["head"]) { Methods = ["HEAD"] },
            new RateLimitRoute("/**", ["read"]) { Methods = ["get"] },
            new RateLimitRoute("/**", ["write"]) { Methods = ["POST"] },
        ]);
        Assert.Equal([1], table.Match(Request("HEAD", "/v1/orders")).Indexes);
        Assert.Same(table.Match(Request("GET", "/v1/orders")), table.Match(Request("head", "/v1/orders")));
        Assert.Equal([0], table.Match(Request("HEAD", "/own/orders")).Indexes);
        Assert.Equal([1], table.Match(Request("GET", "/own/orders")).Indexes);
        Assert.Equal([2], table.Match(Request("POST", "/own/orders")).Indexes);
        Assert.Same(RouteMatch.None, table.Match(Request("OPTIONS", "/own/orders")));
    }

    [Fact]
    public void No_match_and_no_routes_are_none()
    {
        Assert.Same(RouteMatch.None, new RouteTable([]).Match(Request("GET", "/")));
        Assert.Same(RouteMatch.None, new RouteTable([new RateLimitRoute("/a", ["a"])]).Match(Request("GET", "/b")));
    }

    [Theory]
    [InlineData("//v1/orders")]
    [InlineData("/v1//orders")]
    [InlineData("/v1/orders//")]
    [InlineData("///V1///ORDERS///7")]
    public void Doubled_slashes_and_capitals_get_around_no_limit(string path) => Assert.Equal([0, 2], Table.Match(Request("GET", path)).Indexes);

    [Theory]
    [InlineData("/v1/..;/v1/orders")]
    [InlineData("/v1/%2e%2e/v1/orders")]
    [InlineData("/x/..;/v1/orders")]
    [InlineData("/..%2fv1/orders")]
    public void Dots_that_the_server_leaves_stay_under_the_limit_for_everything(string path) => Assert.Equal(0, Table.Match(Request("GET", path)).Indexes[0]);

    [Fact]
    public void Equal_matches_are_one_object_and_cost_no_allocation()
    {
        DefaultHttpContext one = Request("GET", "/v1/orders/7"), other = Request("GET", "/v1/orders/8"), root = Request("GET", "/");
        Assert.Same(Table.Match(one), Table.Match(other));
        Assert.Same(Table.Match(root), Table.Match(root));
        Assert.NotSame(Table.Match(root), Table.Match(one));
        Assert.Equal(0, Allocations.Of(() => Table.Match(one)));
        Assert.Equal(0, Allocations.Of(() => Table.Match(root)));
    }

    [Fact]
    public void Combinations_beyond_the_bound_are_right_but_not_kept()
    {
        // 13 routes that match independently have 2^13 combinations, twice what is kept.
        RouteTable table = new([.. Enumerable.Range(0, 13).Select(i => new RateLimitRoute($"/*{(char)('a' + i)}*", ["p"]) { Also = true })]);
        int shared = 0;
        for (int set = 1; set < 1 << 13; set++)
        {
            int[] expected = [.. Enumerable.Range(0, 13).Where(i => (set >> i & 1) == 1)];
            DefaultHttpContext context = Request("GET", "/" + string.Concat(expected.Select(i => (char)('a' + i))));
            RouteMatch match = table.Match(context);
            Assert.Equal(expected, match.Indexes);
            if (ReferenceEquals(match, table.Match(context))) shared++;
        }

        Assert.InRange(shared, RouteTable.MaxCombinations, RouteTable.MaxCombinations + 13);
    }

    [Fact]
    public void A_route_that_is_no_pattern_is_refused() => Assert.Throws<FormatException>(() => new RouteTable([new RateLimitRoute("v1", ["a"])]));

    private static DefaultHttpContext Request(string method, string path)
    {
        DefaultHttpContext context = new();
        context.Request.Method = method;
        context.Request.Path = new PathString(path);
        return context;
    }
}
