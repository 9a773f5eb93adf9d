using System.Text.RegularExpressions;
using Headgate.AspNetCore;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>What the page of recipes says of its configuration files.</summary>
public sealed partial class RecipeTests
{
    private const string Page = "docs/recipes/README.md";

    [Fact]
    public void There_are_twenty_five_and_each_has_lines_and_words()
    {
        string text = Repository.Read(Page);
        MatchCollection headings = Heading().Matches(text);
        Assert.Equal(Enumerable.Range(1, 25), headings.Select(heading => int.Parse(heading.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture)));
        string[] bodies = [.. headings.Select((heading, i) => text[heading.Index..(i + 1 < headings.Count ? headings[i + 1].Index : text.Length)])];
        Assert.All(bodies, body => Assert.Contains("```", body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exempt_goes_before_override_and_a_name_with_its_source_before_one_without()
    {
        string file = Yaml(6).Replace("limits:", "key: [\"header:X-Key\", ip]\n    limits:", StringComparison.Ordinal)
            .Replace("\"api_key:vip-42\": \"", "\"header:X-Key:vip-42\": \"token_bucket(capacity=3, refill=1/s)\", vip-42: \"", StringComparison.Ordinal)
            + "routes:\n  - { policies: api }\n";
        await using LimitedPipeline app = LimitedPipeline.Of(file);
        Assert.Equal(300, await app.AdmittedAsync(300, "GET /", "192.0.2.10"));
        Assert.Equal(100, await app.AdmittedAsync(300, "GET /", "192.0.2.11"));
        Assert.Equal(3, await app.AdmittedAsync(300, "GET /", "192.0.2.12", ("X-Key", "vip-42")));
    }

    [Fact]
    public async Task Rules_by_path_have_exceptions_and_a_spoofed_address_changes_nothing()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(Yaml(25));
        Assert.Equal(300, await app.AdmittedAsync(300, "GET /api/health", "192.0.2.1"));
        Assert.Equal(20, await app.AdmittedAsync(30, "POST /api/orders/7", "192.0.2.1"));
        Assert.Equal(80, await app.AdmittedAsync(300, "GET /api/orders/7", "192.0.2.1", ("X-Forwarded-For", "198.51.100.1")));
        Assert.Equal(100, await app.AdmittedAsync(300, "GET /api/orders/7", "10.1.2.3", ("X-Forwarded-For", "198.51.100.1")));
        Assert.Equal(300, await app.AdmittedAsync(300, "GET /index.html", "192.0.2.1"));
    }

    /// <summary>Recipe 24, over Kestrel, because only a server says when a response has ended.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_limit_can_count_failures_only()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(new VirtualClock());
        builder.Services.AddHeadgate().AddPolicy("sign-in", Limit.SlidingLog(5, TimeSpan.FromMinutes(15)), policy => policy with { Key = KeySelector.Parse("ip") });
        await using WebApplication app = builder.Build();
        app.UseHeadgate();
        app.MapPost("/sign-in", (HttpContext context) => context.Response.StatusCode = context.Request.Query.ContainsKey("right") ? 200 : 401)
            .RequireHeadgate(["sign-in"], EndpointCost.Fixed(1).SettledBy(context => context.Response.StatusCode == 401 ? 1 : 0));
        await app.StartAsync(ct);
        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.Single()) };
        IRateLimitPolicies policies = app.Services.GetRequiredService<IRateLimitPolicies>();

        List<int> statuses = [];
        foreach (string request in (string[])[.. Enumerable.Repeat("/sign-in?right", 8), .. Enumerable.Repeat("/sign-in", 6), "/sign-in?right"])
        {
            using HttpResponseMessage response = await client.PostAsync(new Uri(request, UriKind.Relative), null, ct);
            statuses.Add((int)response.StatusCode);
            // A client may have its answer a moment before the server has settled: the next one waits until it has.
            long left = 5 - statuses.Count(status => status == 401);
            while ((await policies.PeekAsync("sign-in", "ip:127.0.0.1", 0, ct)).Remaining != left)
            {
                ct.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        Assert.Equal([.. Enumerable.Repeat(200, 8), .. Enumerable.Repeat(401, 5), 429, 429], statuses);
    }

    [Fact]
    public async Task Who_could_not_be_served_within_the_wait_is_refused_at_once()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(Yaml(23).Replace("max_wait: 2s", "max_wait: 50ms", StringComparison.Ordinal) + "routes:\n  - { policies: api }\n");
        HttpContext refused = await app.SendAsync("GET /", "192.0.2.1");
        for (int i = 0; i < 3 && refused.Response.StatusCode == 200; i++) refused = await app.SendAsync("GET /", "192.0.2.1");
        Assert.Equal(429, refused.Response.StatusCode);
    }

    private static string Yaml(int recipe)
    {
        string[] lines = Repository.Read(Page).Split('\n');
        int heading = Array.FindIndex(lines, line => line.StartsWith($"## {recipe}. ", StringComparison.Ordinal));
        return Markdown.Fences(Page).First(fence => fence.Line > heading).Text + "\n";
    }

    [GeneratedRegex(@"^## (?<number>\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
