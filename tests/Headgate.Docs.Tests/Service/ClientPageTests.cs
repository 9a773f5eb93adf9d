using Xunit;

namespace Headgate.Docs.Tests.Service;

/// <summary>The programs of the page on clients, each run whole against a fresh service: all print what the page ends with.</summary>
public sealed class ClientPageTests
{
    private const string Page = "docs/guides/service-clients.md";

    private static string Shown => Markdown.Fences(Page).Single(fence => fence.Language == "output").Text.Trim();

    [Theory]
    [InlineData("bash", "bash", "sh")]
    [InlineData("python", "python3", "py")]
    [InlineData("javascript", "node", "mjs")]
    public async Task The_program_prints_what_the_page_shows(string language, string program, string extension)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string text = Markdown.Fences(Page).Single(fence => fence.Language == language).Text;
        await using ServeProcess service = await ServeProcess.StartAsync(ct);
        using TextFile file = new($"client.{extension}", service.Here(text) + "\n");
        Run run = await Run.OfAsync(program, [file.Path], ct);
        Assert.Equal(Shown, run.Output.Trim());
        Assert.Equal(0, run.ExitCode);
    }

    /// <summary>A program that swallowed every answer would print nothing of it: the limit that is set is what makes the difference.</summary>
    [Fact]
    public async Task A_service_that_knows_the_tenant_already_is_noticed()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string text = Markdown.Fences(Page).Single(fence => fence.Language == "javascript").Text;
        await using ServeProcess service = await ServeProcess.StartAsync(ct);
        using TextFile file = new("client.mjs", service.Here(text) + "\n");
        await Run.OfAsync("node", [file.Path], ct);
        Run second = await Run.OfAsync("node", [file.Path], ct);
        Assert.NotEqual(Shown, second.Output.Trim());
    }

    [Fact]
    public async Task The_sample_is_the_program_in_CSharp_and_prints_the_same()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string[] program = Repository.Read("samples/ServiceClient/Program.cs").Split('\n');
        string[] block = [.. Markdown.Fences(Page).Last(fence => fence.Language == "csharp").Text.Split('\n').Where(line => !line.StartsWith("using Headgate", StringComparison.Ordinal))];
        Assert.Contains(block, line => line.Contains("CheckAllAsync", StringComparison.Ordinal));
        Assert.All(block, line => Assert.Contains(line.Replace($"new Uri(\"{ServeProcess.AddressOnPages}\")", "address", StringComparison.Ordinal), program));
        await using ServeProcess service = await ServeProcess.StartAsync(ct);
        Run run = await Run.OfAsync("dotnet", [Repository.ProgramOf("ServiceClient"), service.Address], ct);
        Assert.Equal(Shown, run.Output.Trim());
    }
}
