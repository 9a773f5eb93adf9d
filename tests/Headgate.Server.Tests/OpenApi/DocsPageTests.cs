using System.Net;
using System.Text.RegularExpressions;

namespace Headgate.Server.Tests.OpenApi;

public sealed partial class DocsPageTests
{
    [Fact]
    public async Task The_page_and_all_its_files_come_from_the_service_and_may_load_nothing_from_elsewhere()
    {
        await using Service service = await Service.StartAsync();
        string html = await GetAsync(service, "/docs", "text/html");
        string[] files = [.. Link().Matches(html).Select(match => match.Groups["target"].Value)];
        Assert.Contains("/docs/swagger-ui-bundle.js", files);
        foreach (string file in files)
        {
            Assert.StartsWith("/", file, StringComparison.Ordinal);
            string type = file.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : file.EndsWith(".css", StringComparison.Ordinal) ? "text/css" : file.EndsWith(".png", StringComparison.Ordinal) ? "image/png" : "application/json";
            Assert.NotEmpty(await GetAsync(service, file, type));
        }

        Assert.Contains("SwaggerUIBundle", await GetAsync(service, "/docs/swagger-ui-bundle.js", "text/javascript"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docs/none.js")]
    [InlineData("/docs/index.html")]
    [InlineData("/docs/..%2Fopenapi.json")]
    public async Task There_is_no_other_file(string path)
    {
        await using Service service = await Service.StartAsync();
        using HttpResponseMessage response = await service.Client.GetAsync(new Uri(service.Address, path));
        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest);
    }

    private static async Task<string> GetAsync(Service service, string path, string type)
    {
        using HttpResponseMessage response = await service.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        if (path.StartsWith("/docs", StringComparison.Ordinal))
        {
            string policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        }

        return await response.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("(href|src)=\"(?<target>[^\"]+)\"")]
    private static partial Regex Link();
}
