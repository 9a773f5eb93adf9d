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
            foreach (string line in Repository.Pages().SelectMany(Markdown.Fences).Where(f => f.Language == "bounds").SelectMany(f => f.Text.Split('\n')))
            {
                string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
                lines.Add(parts[1], parts[0] switch { "yes" => true, "no" => false, _ => throw new FormatException($"'{line}' says neither yes nor no") });
            }

            return lines;
        }
    }

    [Theory, MemberData(nameof(Lines))]
    public void Both_sides_of_each_bound_are_what_the_page_says(string limit, bool accepted) =>
        Assert.Equal(accepted, Limit.TryParse(limit, out _));
}
