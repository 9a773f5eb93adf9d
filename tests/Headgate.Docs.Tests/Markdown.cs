using System.Text.RegularExpressions;

namespace Headgate.Docs.Tests;

/// <summary>A fenced block; <see cref="Line"/> is that of its first line of text, <see cref="Continues"/> that a mark stands before it.</summary>
internal sealed record Fence(string Page, int Line, string Language, string Text, bool Continues)
{
    public override string ToString() => $"{Page}:{Line}";
}

/// <summary>The few things these tests need to know of Markdown.</summary>
internal static partial class Markdown
{
    public const string ContinuesMark = "<!-- continues -->";

    public static IEnumerable<Fence> Fences(string page)
    {
        string[] lines = Repository.Read(page).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            Match open = FenceLine().Match(lines[i]);
            if (!open.Success) continue;
            int start = i++;
            while (i < lines.Length && lines[i].TrimEnd() != open.Groups["indent"].Value + open.Groups["ticks"].Value) i++;
            bool continues = start > 0 && lines[..start].LastOrDefault(l => l.Trim().Length > 0)?.Trim() == ContinuesMark;
            yield return new Fence(page, start + 2, open.Groups["language"].Value, string.Join('\n', lines[(start + 1)..i]), continues);
        }
    }

    /// <summary>The page without its fenced blocks, which keep their line breaks.</summary>
    public static string Prose(string page) =>
        FencedBlock().Replace(Repository.Read(page), block => new string('\n', block.Value.Count(c => c == '\n')));

    /// <summary>Targets of links and images in prose.</summary>
    public static IEnumerable<string> Links(string page) =>
        Link().Matches(InlineCode().Replace(Prose(page), "")).Select(m => m.Groups["target"].Value)
            .Concat(Source().Matches(Prose(page)).Select(m => m.Groups["target"].Value));

    public static IEnumerable<string> InlineCodes(string page) => InlineCode().Matches(Prose(page)).Select(m => m.Groups["code"].Value);

    /// <summary>The anchors that GitHub makes of a page's headings.</summary>
    public static HashSet<string> Anchors(string page) =>
        [.. Heading().Matches(Prose(page)).Select(m => m.Groups["title"].Value.Trim().ToLowerInvariant())
            .Select(title => NotInAnchor().Replace(title, "").Replace(' ', '-'))];

    [GeneratedRegex(@"^(?<indent>\s*)(?<ticks>`{3,})(?<language>[\w-]*)[^`]*$")]
    private static partial Regex FenceLine();

    [GeneratedRegex(@"^(?<indent>[ \t]*)(?<ticks>`{3,})[^`\n]*\n.*?^\k<indent>\k<ticks>[ \t]*$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencedBlock();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?:src|srcset|href)=""(?<target>[^""]+)""")]
    private static partial Regex Source();

    [GeneratedRegex(@"(?<!`)`(?<code>[^`\n]+)`(?!`)")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^#{1,6}\s+(?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchor();
}
