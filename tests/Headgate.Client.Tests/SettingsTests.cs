using Headgate.Client.Tests.Servers;

namespace Headgate.Client.Tests;

public sealed class SettingsTests
{
    private const string Secret = "hg_secret-that-nobody-may-see";

    [Theory]
    [InlineData("http://headgate.example.com:5000", false)]
    [InlineData("http://10.0.0.7:5000", false)]
    [InlineData("http://127.0.0.1.example.com", false)]
    [InlineData("https://headgate.example.com", true)]
    [InlineData("http://127.0.0.1:5000", true)]
    [InlineData("http://127.8.9.10:5000", true)]
    [InlineData("http://localhost:5000", true)]
    [InlineData("http://[::1]:5000", true)]
    public void A_key_is_not_sent_to_other_machines_in_clear(string address, bool allowed)
    {
        using HttpClient http = new();
        HeadgateClientOptions options = new() { Endpoints = { new Uri(address) }, ApiKey = Secret };
        if (allowed)
        {
            new HeadgateClient(http, options).Dispose();
            return;
        }

        ArgumentException refused = Assert.Throws<ArgumentException>(() => new HeadgateClient(http, options));
        Assert.Contains("https", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.Message, StringComparison.Ordinal);
        options.AllowApiKeyOverHttp = true;
        new HeadgateClient(http, options).Dispose();
    }

    [Fact]
    public void The_base_address_of_the_HTTP_client_is_held_to_the_same()
    {
        using HttpClient http = new() { BaseAddress = new Uri("http://headgate.example.com") };
        Assert.Throws<ArgumentException>(() => new HeadgateClient(http, new HeadgateClientOptions { ApiKey = Secret }));
        new HeadgateClient(http, new HeadgateClientOptions()).Dispose();
    }

    [Theory]
    [InlineData("with a space")]
    [InlineData("with\r\nX-Other: line")]
    [InlineData("schlüssel")]
    [InlineData("")]
    public void A_key_that_is_none_is_refused_without_being_shown(string key)
    {
        using HttpClient http = new();
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new HeadgateClient(http, new HeadgateClientOptions { Endpoints = { new Uri("http://localhost") }, ApiKey = key }));
        if (key.Length > 0) Assert.DoesNotContain(key, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_sent_as_a_bearer()
    {
        await using BadServer server = new(Fault.None);
        using HttpClient http = new();
        using HeadgateClient client = new(http, new HeadgateClientOptions { Endpoints = { server.Address }, ApiKey = Secret });
        await client.CheckAsync("t", "c", "x");
        Assert.Contains($"\r\nAuthorization: Bearer {Secret}", Assert.Single(server.Heads), StringComparison.Ordinal);
        Assert.Empty(http.DefaultRequestHeaders);
    }

    [Theory]
    [InlineData("ftp://localhost")]
    [InlineData("http://user:pass@localhost")]
    [InlineData("http://localhost?tenant=1")]
    public void An_address_that_is_none_is_refused(string address)
    {
        using HttpClient http = new();
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new HeadgateClient(http, new HeadgateClientOptions { Endpoints = { new Uri(address) } }));
        Assert.DoesNotContain("pass@", refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<HeadgateClientOptions>> Wrong => new()
    {
        { nameof(HeadgateClientOptions.Timeout), o => o.Timeout = TimeSpan.FromMilliseconds(9) },
        { nameof(HeadgateClientOptions.Timeout), o => o.Timeout = Timeout.InfiniteTimeSpan },
        { nameof(HeadgateClientOptions.ConfigurationTimeout), o => o.ConfigurationTimeout = TimeSpan.FromHours(2) },
        { nameof(HeadgateClientOptions.MaxRetries), o => o.MaxRetries = 11 },
        { nameof(HeadgateClientOptions.RetryDelay), o => o.RetryDelay = TimeSpan.FromSeconds(-1) },
        { nameof(HeadgateClientOptions.BreakAfter), o => o.BreakAfter = 0 },
        { nameof(HeadgateClientOptions.MaxBreakDuration), o => o.MaxBreakDuration = TimeSpan.FromMilliseconds(100) },
        { nameof(HeadgateClientOptions.DenyCacheSize), o => o.DenyCacheSize = 1_000_001 },
        { nameof(HeadgateClientOptions.DenyCacheMaxAge), o => o.DenyCacheMaxAge = TimeSpan.Zero },
        { nameof(HeadgateClientOptions.FailureMode), o => o.FailureMode = (FailureMode)7 },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_number_outside_its_domain_is_refused_by_name(string name, Action<HeadgateClientOptions> set)
    {
        using HttpClient http = new();
        HeadgateClientOptions options = new() { Endpoints = { new Uri("http://localhost") } };
        set(options);
        Assert.Contains(name, Assert.Throws<ArgumentOutOfRangeException>(() => new HeadgateClient(http, options)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<CheckRequest> BadRequests =>
    [
        new CheckRequest("", "c", "x"),
        new CheckRequest(null!, "c", "x"),
        new CheckRequest("t", new string('c', 257), "x"),
        new CheckRequest("t", "c", new string('x', 129)),
        new CheckRequest("t", "half\ud800", "x"),
        new CheckRequest("t", "\udc00half", "x"),
        new CheckRequest("t", "c", "x", -1),
        new CheckRequest("t", "c", "x") { MaxRequests = 0 },
        new CheckRequest("t", "c", "x") { Window = TimeSpan.Zero },
        new CheckRequest("t", "c", "x") { Window = TimeSpan.FromTicks(15) },
    ];

    [Theory, MemberData(nameof(BadRequests))]
    public async Task A_wrong_question_is_refused_before_anything_is_sent(CheckRequest request)
    {
        await using BadServer server = new(Fault.None);
        using HttpClient http = new();
        using HeadgateClient client = new(http, new HeadgateClientOptions { Endpoints = { server.Address } });
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.CheckAsync(request));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.CheckAsync([new("t", "c", "x"), request]));
        Assert.Equal(0, server.Requests);
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("..", "%2E%2E")]
    [InlineData(".", "%2E")]
    [InlineData("%2F", "%252F")]
    [InlineData("ä\n\"?#", "%C3%A4%0A%22%3F%23")]
    public async Task Each_id_is_one_segment_of_the_path_as_it_is_sent(string id, string segment)
    {
        await using BadServer server = new(Fault.None);
        using HttpClient http = new();
        using HeadgateClient client = new(http, new HeadgateClientOptions { Endpoints = { new Uri(server.Address, "/limits/") } });
        await client.GetStatusAsync(id, id, id);
        Assert.StartsWith($"GET /limits/api/status/{segment}/{segment}/{segment} HTTP/1.1", Assert.Single(server.Heads), StringComparison.Ordinal);
    }
}
