using Xunit;

namespace Headgate.Docs.Tests;

public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. Repository.Pages()];

    [Theory, MemberData(nameof(Pages))]
    public void Every_relative_link_leads_somewhere(string page)
    {
        List<string> broken = [];
        foreach (string link in RelativeLinks(page))
        {
            string[] parts = link.Split('#', 2);
            string target = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
            string full = Path.GetFullPath(Path.Combine(Repository.Root, target));
            if (!File.Exists(full) && !Directory.Exists(full)) broken.Add(link);
            else if (parts.Length == 2 && !Markdown.Anchors(Path.GetRelativePath(Repository.Root, full)).Contains(parts[1])) broken.Add(link);
        }

        Assert.True(broken.Count == 0, $"{page} has links that lead nowhere: {string.Join(", ", broken)}");
    }

    [Fact]
    public void Every_page_of_docs_can_be_reached_from_its_index()
    {
        HashSet<string> reached = [];
        Queue<string> next = new(["docs/README.md"]);
        while (next.TryDequeue(out string? page))
        {
            if (!reached.Add(page)) continue;
            foreach (string link in RelativeLinks(page).Select(l => l.Split('#')[0]).Where(l => l.EndsWith(".md", StringComparison.Ordinal)))
            {
                string full = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, link));
                if (File.Exists(full)) next.Enqueue(Path.GetRelativePath(Repository.Root, full).Replace('\\', '/'));
            }
        }

        string[] lost = [.. Repository.Pages().Where(p => p.StartsWith("docs/", StringComparison.Ordinal) && !reached.Contains(p))];
        Assert.True(lost.Length == 0, $"No link leads from docs/README.md to {string.Join(", ", lost)}");
    }

    private static IEnumerable<string> RelativeLinks(string page) =>
        Markdown.Links(page).Where(l => !l.Contains("://", StringComparison.Ordinal) && !l.StartsWith("mailto:", StringComparison.Ordinal));
}
