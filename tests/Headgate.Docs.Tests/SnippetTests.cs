using System.Text;
using System.Text.RegularExpressions;
using Headgate.AspNetCore;
using Headgate.Client;
using Headgate.Extensions;
using Headgate.Http;
using Headgate.Redis;
using Polly;
using StackExchange.Redis;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>
/// All C# of all pages as one project, under the house rules. A block that declares types stands as it is; any other is the body of a
/// method of its own, unless &lt;!-- continues --&gt; stands before it: then it goes on where the block before it ended.
/// </summary>
public sealed partial class SnippetTests
{
    [Fact]
    public async Task Every_snippet_compiles()
    {
        Fence[] snippets = [.. Repository.Pages().SelectMany(Markdown.Fences).Where(f => f.Language is "csharp" or "cs")];
        Assert.NotEmpty(snippets);
        Run build = await BuildAsync("docs-snippets", snippets);
        Assert.True(build.ExitCode == 0, build.Output);
    }

    [Fact]
    public async Task A_snippet_that_does_not_compile_is_found_with_page_and_line()
    {
        Fence planted = new("docs/README.md", 7, "csharp", "Limit limit = Limit.TokenBucket(10);", Continues: false);
        Run build = await BuildAsync("docs-snippets-planted", [planted]);
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("README.md(7,", build.Output, StringComparison.Ordinal);
    }

    private static Task<Run> BuildAsync(string folder, Fence[] snippets)
    {
        string path = Path.Combine(Repository.Root, "artifacts", folder);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, folder + ".csproj"), Project());
        for (int i = 0, end; i < snippets.Length; i = end)
        {
            for (end = i + 1; end < snippets.Length && snippets[end].Continues && snippets[end].Page == snippets[i].Page;) end++;
            File.WriteAllText(Path.Combine(path, $"Snippet{i:d3}.cs"), Source(i, snippets[i..end]));
        }

        string project = Path.Combine(path, folder + ".csproj");
        return Run.OfAsync("dotnet", ["build", project, "--verbosity", "quiet"], TestContext.Current.CancellationToken);
    }

    private static string Source(int number, Fence[] blocks)
    {
        StringBuilder source = new();
        string[] usings = [.. blocks.SelectMany(b => b.Text.Split('\n')).Where(l => UsingLine().IsMatch(l)).Distinct()];
        foreach (string line in usings) source.AppendLine(line);
        bool types = TypeLine().IsMatch(blocks[0].Text);
        source.AppendLine($"namespace Snippets.N{number};");
        if (!types) source.AppendLine("internal static class Snippet { public static async Task RunAsync(string[] args) {");
        foreach (Fence block in blocks)
        {
            source.AppendLine($"#line {block.Line} \"{Path.Combine(Repository.Root, block.Page)}\"");
            // A using line becomes an empty one, so that the compiler's line numbers are the page's.
            foreach (string line in block.Text.Split('\n')) source.AppendLine(UsingLine().IsMatch(line) ? "" : line);
        }

        if (!types) source.AppendLine("#line hidden").AppendLine("await Task.CompletedTask; } }");
        return source.ToString();
    }

    private static string Project() =>
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <GenerateDocumentationFile>false</GenerateDocumentationFile>
            <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
            <EnforceCodeStyleInBuild>false</EnforceCodeStyleInBuild>
            <!-- A snippet names what it shows and need not use it, and has no library's duties. -->
            <NoWarn>CS0219;CS8321;CA1050;CA1303;CA1515;CA1716;CA1801;CA1812;CA1822;CA1823;CA1852;CA1859;CA2000;CA2007;IDE0005</NoWarn>
          </PropertyGroup>
          <ItemGroup>
            <!-- Named, because what lies under artifacts/ is left out by default. -->
            <Compile Include="*.cs" />
            <!-- What a web project uses without saying so. -->
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
            <Using Include="Microsoft.AspNetCore.Builder" />
            <Using Include="Microsoft.AspNetCore.Http" />
            <Using Include="Microsoft.Extensions.DependencyInjection" />
            <Using Include="Headgate" />
            <Reference Include="Headgate"><HintPath>{typeof(Limit).Assembly.Location}</HintPath></Reference>
            <Reference Include="Headgate.AspNetCore"><HintPath>{typeof(HeadgateOptions).Assembly.Location}</HintPath></Reference>
            <Reference Include="Headgate.Client"><HintPath>{typeof(HeadgateClient).Assembly.Location}</HintPath></Reference>
            <Reference Include="Headgate.Extensions"><HintPath>{typeof(HeadgateMetadata).Assembly.Location}</HintPath></Reference>
            <Reference Include="Polly.Core"><HintPath>{typeof(ResiliencePipeline).Assembly.Location}</HintPath></Reference>
            <Reference Include="Headgate.Redis"><HintPath>{typeof(RedisStore).Assembly.Location}</HintPath></Reference>
            <Reference Include="Headgate.Http"><HintPath>{typeof(HeadgateHandler).Assembly.Location}</HintPath></Reference>
            <Reference Include="StackExchange.Redis"><HintPath>{typeof(IConnectionMultiplexer).Assembly.Location}</HintPath></Reference>
          </ItemGroup>
        </Project>
        """;

    [GeneratedRegex(@"^using (static )?[\w.]+;\s*$")]
    private static partial Regex UsingLine();

    [GeneratedRegex("^(public |internal |sealed |static |abstract |readonly )*(class|record|struct|interface|enum) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
