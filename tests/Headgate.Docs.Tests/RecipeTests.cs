using System.Text.RegularExpressions;
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
            .Replace("vip-42: \"", "\"header:X-Key:vip-42\": \"token_bucket(capacity=3, refill=1/s)\", vip-42: \"", StringComparison.Ordinal)
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

    private static string Yaml(int recipe)
    {
        string[] lines = Repository.Read(Page).Split('\n');
        int heading = Array.FindIndex(lines, line => line.StartsWith($"## {recipe}. ", StringComparison.Ordinal));
        return Markdown.Fences(Page).First(fence => fence.Line > heading).Text + "\n";
    }

    [GeneratedRegex(@"^## (?<number>\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
