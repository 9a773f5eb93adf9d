using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>What is read when the application starts, and what stops it.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task A_bad_file_stops_the_host_with_its_errors()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", "policies:\n  api: { limits: nonsense, shadow: yes }\n");
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHeadgate().AddConfigurationFile(file);
        using IHost host = builder.Build();
        HeadgateConfigurationException e = await Assert.ThrowsAsync<HeadgateConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, e.Errors.Count);
        Assert.Contains("headgate.yaml(2,18): policies.api.limits", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_file_is_refused_without_a_host_too()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", "policies: 1");
        Application app = new(headgate => headgate.AddConfigurationFile(file));
        Assert.Throws<HeadgateConfigurationException>(() => app.Policies);
        await app.EndAsync();
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused_unless_it_is_optional()
    {
        Application app = new(headgate => headgate.AddConfigurationFile("/nowhere/headgate.yaml"));
        Assert.Contains("the file is not there", Assert.Throws<HeadgateConfigurationException>(() => app.Policies).Message, StringComparison.Ordinal);
        await app.EndAsync();
        app = new(headgate => headgate.AddConfigurationFile("/nowhere/headgate.yaml", optional: true));
        Assert.Empty(app.Policies.Policies);
        await app.EndAsync();
    }

    [Fact]
    public async Task The_later_goes_above_the_earlier_and_both_above_the_code()
    {
        using Folder folder = new();
        string first = folder.Write("a.yaml", Application.Yaml(2) + "\nstore: { prefix: one, timeout: 5ms }");
        string second = folder.Write("b.json", """{"policies":{"api":{"limits":"fixed_window(permits=3, window=365d)"}}}""");
        Limit limit = Limit.FixedWindow(1, TimeSpan.FromDays(365));
        Application app = new(headgate => headgate.AddPolicy("api", limit).AddPolicy("code", limit).AddConfigurationFile(first).AddConfigurationFile(second));
        Assert.Equal((3, 1), (app.Permits(), app.Permits("code")));
        app.Policies.Set(new RateLimitPolicy("api", Limit.FixedWindow(4, TimeSpan.FromDays(365))));
        Assert.Equal(4, app.Permits());
        await app.EndAsync();
    }

    [Fact]
    public async Task A_route_may_ask_for_a_policy_of_another_source_and_for_no_other()
    {
        using Folder folder = new();
        string routes = folder.Write("routes.yaml", "routes:\n  - policies: [code, api]\n");
        string policies = folder.Write("policies.yaml", Application.Yaml(2));
        Limit limit = Limit.FixedWindow(1, TimeSpan.FromDays(365));
        Application app = new(headgate => headgate.AddPolicy("code", limit).AddConfigurationFile(routes).AddConfigurationFile(policies));
        Assert.Equal(2, app.Policies.Policies.Count);
        await app.EndAsync();
        app = new(headgate => headgate.AddPolicy("code", limit).AddConfigurationFile(routes));
        HeadgateConfigurationError error = Assert.Single(Assert.Throws<HeadgateConfigurationException>(() => app.Policies).Errors);
        Assert.Equal((routes, 2, 22, "routes[0].policies[1]"), (error.File, error.Line, error.Column, error.Field));
        Assert.Equal("the policy 'api' is not known. Known are code.", error.Message);
        await app.EndAsync();
    }

    [Fact]
    public async Task A_section_is_found_by_name_and_followed_when_it_changes()
    {
        ConfigurationManager configuration = new();
        configuration["My:Limits:policies:api:limits"] = "fixed_window(permits=1, window=365d)";
        configuration["My:Limits:policies:api:overrides:user:eve"] = "fixed_window(permits=9, window=365d)";
        Application app = new(headgate => headgate.BindConfiguration("My:Limits"), services => services.AddSingleton<IConfiguration>(configuration));
        Assert.Equal(1, app.Permits());
        Assert.Equal("user:eve", Assert.Single(app.Policies.Find("api")!.Overrides).Key);
        configuration["My:Limits:policies:api:limits"] = "fixed_window(permits=2, window=365d)";
        ((IConfigurationRoot)configuration).Reload();
        await Application.EventuallyAsync(() => app.Permits() == 2, "the new number");
        configuration["My:Limits:policies:api:cost"] = "cheap";
        ((IConfigurationRoot)configuration).Reload();
        await Application.EventuallyAsync(() => app.Log.Any(line => line.Contains("My:Limits:policies:api:cost: 'cheap' is not a cost", StringComparison.Ordinal)), "the refusal");
        Assert.Equal(2, app.Permits());
        await app.EndAsync();
    }

    [Fact]
    public async Task Of_a_whole_configuration_the_fields_of_headgate_are_taken()
    {
        ConfigurationManager configuration = new();
        configuration["Logging:LogLevel:Default"] = "Debug";
        configuration["Policies:api:Limits"] = "fixed_window(permits=1, window=365d)";
        Application app = new(headgate => headgate.BindConfiguration(configuration));
        Assert.Equal(1, app.Permits());
        await app.EndAsync();
    }
}
