using Headgate.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Tests.Access;

public sealed class StartTests
{
    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://+:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://192.168.1.1:0")]
    [InlineData("http://limits.example:0")]
    [InlineData("http://localhost.example:0")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("http://unix:/tmp/headgate-start-test.sock")]
    public async Task Elsewhere_it_does_not_start_without_an_admin_key(string urls)
    {
        await using WebApplication app = HeadgateServer.Create(new ServeOptions { Urls = urls, AdminKey = null }, Quiet);
        ServeSettingsException refused = await Assert.ThrowsAsync<ServeSettingsException>(() => app.StartAsync(TestContext.Current.CancellationToken));
        string exposed = urls.Split(';')[^1];
        foreach (string part in new[] { exposed, "headgate keys create --role admin --data DIR", "HEADGATE_ADMIN_KEY", "--admin-key-file", "http://127.0.0.1:5000" })
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.True(app.Services.GetRequiredService<KeyPolicy>().IsRequired);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0", false)]
    [InlineData("http://localhost:0", false)]
    [InlineData("http://[::1]:0", false)]
    [InlineData("http://127.0.0.1:0;http://127.0.0.2:0", false)]
    [InlineData("http://*:0", true)]
    public void Keys_are_needed_where_others_can_come(string urls, bool needed) =>
        Assert.Equal(needed, new KeyPolicy(new ServeOptions { Urls = urls, AdminKey = null }).IsRequired);

    [Fact]
    public async Task Elsewhere_it_starts_with_an_admin_key_of_the_environment_or_a_file()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Keys.First + "\n", TestContext.Current.CancellationToken);
            foreach (ServeOptions options in new[] { new ServeOptions { AdminKey = Keys.First }, new ServeOptions { AdminKey = null, AdminKeyFile = file } })
            {
                await using WebApplication app = HeadgateServer.Create(options with { Urls = "http://0.0.0.0:0" }, Quiet);
                await app.StartAsync(TestContext.Current.CancellationToken);
                using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{new Uri(app.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)).Port}") };
                Assert.Equal(401, (int)(await client.GetAsync(new Uri("/api/config", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
                client.DefaultRequestHeaders.Add("X-Api-Key", Keys.First);
                Assert.Equal(200, (int)(await client.GetAsync(new Uri("/api/config", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
                await app.StopAsync(TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task An_address_that_the_servers_own_code_adds_stops_the_service()
    {
        LogLines log = new();
        await using WebApplication app = HeadgateServer.Create(new ServeOptions { Urls = "http://127.0.0.1:0", AdminKey = null }, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(0));
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(app.Lifetime.ApplicationStopping.IsCancellationRequested);
        Assert.Contains(log.All, line => line.Id.Name == "Exposed");
    }

    [Theory]
    [InlineData("too-short")]
    [InlineData("0123456789012345678901234567890")]
    [InlineData("with spaces in it, which no header can have")]
    [InlineData("ümlaute-0123456789012345678901234567890123")]
    public void An_admin_key_that_is_none_is_refused_and_not_shown(string key)
    {
        ServeSettingsException refused = Assert.Throws<ServeSettingsException>(() => HeadgateServer.Create(new ServeOptions { AdminKey = key }));
        Assert.DoesNotContain(key, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, new ServeOptions { AdminKey = key }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        ServeSettingsException refused = Assert.Throws<ServeSettingsException>(() => HeadgateServer.Create(new ServeOptions { AdminKeyFile = "/nowhere/key" }));
        Assert.Contains("/nowhere/key", refused.Message, StringComparison.Ordinal);
    }

    private static void Quiet(WebApplicationBuilder builder) => builder.Logging.ClearProviders();
}
