using System.Text.RegularExpressions;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>Whatever looks like a limit or a rate in a page can be read, and reads back.</summary>
public sealed partial class LimitTextTests
{
    public static TheoryData<string, string> Limits => Find(LimitText());

    public static TheoryData<string, string> Rates => Find(RateText());

    [Theory, MemberData(nameof(Limits))]
    public void Every_limit_in_the_docs_can_be_parsed(string page, string text)
    {
        Assert.True(Limit.TryParse(text, out Limit? limit), $"{page}: {text} is not a limit");
        Assert.Equal(limit, Limit.Parse(limit.ToString()));
    }

    [Theory, MemberData(nameof(Rates))]
    public void Every_rate_in_the_docs_can_be_parsed(string page, string text)
    {
        Assert.True(Rate.TryParse(text, out Rate rate), $"{page}: {text} is not a rate");
        Assert.Equal(rate, Rate.Parse(rate.ToString()));
    }

    private static TheoryData<string, string> Find(Regex whole)
    {
        TheoryData<string, string> found = [];
        foreach (string page in Repository.Pages().Where(p => p.StartsWith("docs/", StringComparison.Ordinal) || p == "README.md"))
        {
            IEnumerable<string> quoted = Markdown.Fences(page).Where(f => f.Language is "csharp" or "bash" or "json" or "yaml" or "trace")
                .SelectMany(f => Quoted().Matches(f.Text).Select(m => m.Groups["text"].Value));
            IEnumerable<string> texts = Markdown.InlineCodes(page).Concat(quoted).Where(t => !t.Contains("...", StringComparison.Ordinal));
            foreach (string text in texts.Where(t => whole.IsMatch(t)).Distinct()) found.Add(page, text);
        }

        return found;
    }

    [GeneratedRegex(@"^(token_bucket|leaky_bucket|fixed_window|sliding_window|sliding_log|concurrency|all_of)\(.+\)$")]
    private static partial Regex LimitText();

    [GeneratedRegex(@"^\d+(\.\d+)?/\d*(us|ms|s|min|h|d|w|day)$")]
    private static partial Regex RateText();

    [GeneratedRegex("\"(?<text>[^\"\n]+)\"")]
    private static partial Regex Quoted();
}
