using Headgate.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>
/// Every block in the language <c>yaml</c> is a whole <c>headgate.yaml</c> that an application takes as it stands. YAML of anything else is
/// marked <c>yml</c>.
/// </summary>
public sealed class ConfigurationFileTests
{
    public static TheoryData<string> Blocks => [.. All().Select(fence => fence.ToString())];

    [Theory, MemberData(nameof(Blocks))]
    public async Task Every_configuration_file_is_taken(string block)
    {
        Exception? refused = await RefusalOfAsync(All().Single(fence => fence.ToString() == block).Text);
        Assert.True(refused is null, $"{block}: {refused?.Message}");
    }

    [Theory]
    [InlineData("policies:\n  api: { limits: \"fixed_window(permits=0, window=1s)\" }")]
    [InlineData("policies:\n  api: { limit: \"fixed_window(permits=1, window=1s)\" }")]
    [InlineData("routes:\n  - { match: { path: \"/v1/**\" }, policies: unheard-of }")]
    public async Task A_file_that_cannot_be_is_found(string planted) =>
        Assert.IsType<HeadgateConfigurationException>(await RefusalOfAsync(planted));

    private static IEnumerable<Fence> All() => Repository.Pages().SelectMany(Markdown.Fences).Where(fence => fence.Language == "yaml");

    private static async Task<Exception?> RefusalOfAsync(string text)
    {
        using TextFile file = new("headgate.yaml", text);
        ServiceCollection services = new();
        services.AddHeadgate().AddConfigurationFile(file.Path, reloadOnChange: false).UseRedis();
        await using ServiceProvider provider = services.BuildServiceProvider();
        return Record.Exception(() => provider.GetRequiredService<IRateLimitPolicies>().Policies);
    }
}
