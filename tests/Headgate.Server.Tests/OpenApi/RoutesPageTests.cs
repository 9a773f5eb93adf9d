namespace Headgate.Server.Tests.OpenApi;

public sealed class RoutesPageTests
{
    private const string Page = "docs/reference/service-routes.md";

    /// <summary>Set to anything, it has the page written instead of read.</summary>
    private const string Write = "HEADGATE_TEST_WRITE_DOCS";

    [Fact]
    public void The_page_of_routes_is_what_the_document_makes()
    {
        string made = RoutesPage.Render();
        if (Environment.GetEnvironmentVariable(Write) is { Length: > 0 }) File.WriteAllText(Path.Combine(RepositoryFiles.Root, Page), made);
        Assert.True(made == RepositoryFiles.Read(Page), $"{Page} is not what the OpenAPI document makes. Run this test with {Write}=1 and commit the page.");
    }
}
