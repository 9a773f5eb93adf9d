using Headgate.AspNetCore.Paths;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Paths;

public sealed class RequestExemptionTests
{
    private static readonly RequestExemptions Exempt = new(new PolicyExemptions { Paths = ["/health/**", "/static/*.css"], Methods = ["options"] });

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/")]
    [InlineData("/HEALTH/ready")]
    [InlineData("/health/.well-known")]
    [InlineData("/health/a.b..c")]
    [InlineData("/static/site.css")]
    public void A_path_is_exempt(string path) => Assert.True(Exempt.Applies(Request("GET", path)));

    [Theory]
    [InlineData("/healthy")]
    [InlineData("//health")]
    [InlineData("/health//orders")]
    [InlineData("/health/..;/orders")]
    [InlineData("/health/../orders")]
    [InlineData("/health/./../orders")]
    [InlineData("/health/..")]
    [InlineData("/health/.well-known/../orders")]
    [InlineData("/health/%2e%2e/orders")]
    [InlineData("/health/..%2Forders")]
    [InlineData("/health/..\\orders")]
    [InlineData("/health/\0/orders")]
    [InlineData("/orders/health")]
    [InlineData("/")]
    public void A_path_that_could_lead_elsewhere_is_not(string path) => Assert.False(Exempt.Applies(Request("GET", path)));

    [Fact]
    public void A_method_is_exempt_whatever_its_case()
    {
        Assert.True(Exempt.Applies(Request("OPTIONS", "/orders")));
        Assert.False(Exempt.Applies(Request("GET", "/orders")));
        DefaultHttpContext overridden = Request("GET", "/orders");
        overridden.Request.Headers["X-HTTP-Method-Override"] = "OPTIONS";
        Assert.False(Exempt.Applies(overridden));
    }

    [Fact]
    public void Nothing_exempt_exempts_nothing() => Assert.False(new RequestExemptions(PolicyExemptions.None).Applies(Request("OPTIONS", "/health")));

    [Fact]
    public void A_path_that_is_no_pattern_is_refused() =>
        Assert.Throws<FormatException>(() => new RequestExemptions(new PolicyExemptions { Paths = ["health"] }));

    private static DefaultHttpContext Request(string method, string path)
    {
        DefaultHttpContext context = new();
        context.Request.Method = method;
        context.Request.Path = new PathString(path);
        return context;
    }
}
