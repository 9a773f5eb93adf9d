using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>Blocks in the language "bounds": each line is yes or no, and a limit that is accepted or refused.</summary>
public sealed class BoundsTests
{
    public static TheoryData<string, bool> Lines
    {
        get
        {
            TheoryData<string, bool> lines = [];
            IEnumerable<Fence> blocks = Repository.Pages().SelectMany(Markdown.Fences).Where(f => f.Language == "bounds");
            foreach (string line in blocks.SelectMany(f => f.Text.Split('\n')))
            {
                string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
                bool accepted = parts[0] == "yes" || (parts[0] == "no" ? false : throw new FormatException($"'{line}' says neither yes nor no"));
                lines.Add(parts[1], accepted);
            }

            return lines;
        }
    }

    [Theory, MemberData(nameof(Lines))]
    public void Both_sides_of_each_bound_are_what_the_page_says(string limit, bool accepted) =>
        Assert.Equal(accepted, Limit.TryParse(limit, out _));
}
