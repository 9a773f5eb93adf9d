using System.Net;
using System.Text.Json;

namespace Headgate.Server.Tests.Settings;

public sealed class IdTests
{
    public static TheoryData<string> Ids() =>
    [
        "a/b", "/", "a%2Fb", "%", "%25", "a\"b", "'", "a\nb", "\r\n", "\u0001", "\t", " ", "a b ", "a/../b", "...", ".hidden", "a+b", "?q=1", "#x", "&", ";", "\\", "{t}", "*",
        "ä", "中文", "😀", "e\u0301", "\u00e9", "\u202e", "null", "[]", new string('x', 128), new string('/', 128), "__proto__", "action", "\uffff",
    ];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Any_id_goes_from_the_path_to_the_decision_and_back(string id)
    {
        await using Service service = await Service.StartAsync();
        string escaped = Escaped(id);
        string ofAction = $"/api/config/tenant/{escaped}/action/{escaped}";
        string ofClient = $"/api/config/tenant/{escaped}/client/{escaped}/action/{escaped}";
        Assert.Equal(HttpStatusCode.Created, (await Call.SendAsync(service, "PUT", ofAction, """{"max_requests":5,"window_duration_seconds":60}""")).Status);
        Assert.Equal(4, await LeftAsync(service, id));
        Assert.Equal(HttpStatusCode.Created, (await Call.SendAsync(service, "PUT", ofClient, """{"max_requests":9,"window_duration_seconds":60}""")).Status);
        Assert.Equal(7, await LeftAsync(service, id));

        JsonElement tenant = (await Call.SendAsync(service, "GET", $"/api/config/tenant/{escaped}")).Json;
        Assert.Equal(id, tenant.GetProperty("tenant_id").GetString());
        Assert.Equal(id, Assert.Single(tenant.GetProperty("actions").EnumerateObject()).Name);
        JsonProperty client = Assert.Single(tenant.GetProperty("clients").EnumerateObject());
        Assert.Equal((id, id), (client.Name, Assert.Single(client.Value.EnumerateObject()).Name));
        Assert.Equal(id, Assert.Single((await Call.SendAsync(service, "GET", "/api/config")).Json.GetProperty("tenants").EnumerateObject()).Name);

        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "GET", ofClient)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Call.SendAsync(service, "DELETE", ofClient)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Call.SendAsync(service, "DELETE", ofAction)).Status);
        Assert.Empty(service.Book.Current.Tenants);
        Assert.Equal(97, await LeftAsync(service, id));
    }

    [Fact]
    public async Task An_id_that_is_too_long_is_refused_by_name()
    {
        await using Service service = await Service.StartAsync();
        string body = """{"max_requests":5,"window_duration_seconds":60}""";
        Call tenant = await Call.SendAsync(service, "PUT", $"/api/config/tenant/{new string('x', 129)}/action/a", body);
        Assert.Equal((HttpStatusCode.BadRequest, "tenant_id"), (tenant.Status, tenant.Json.GetProperty("field").GetString()));
        Call action = await Call.SendAsync(service, "PUT", $"/api/config/tenant/t/action/{new string('x', 129)}", body);
        Assert.Equal((HttpStatusCode.BadRequest, "action_type"), (action.Status, action.Json.GetProperty("field").GetString()));
    }

    /// <summary>Dots are escaped too, so that the client's own clean-up of paths leaves the id alone.</summary>
    private static string Escaped(string id) => Uri.EscapeDataString(id);

    private static async Task<long> LeftAsync(Service service, string id)
    {
        string encoded = JsonEncodedText.Encode(id).ToString();
        (_, JsonElement answer) = await service.PostAsync("/api/check_and_consume", $$"""{"tenant_id":"{{encoded}}","client_id":"{{encoded}}","action_type":"{{encoded}}"}""");
        return answer.GetProperty("remaining_requests").GetInt64();
    }
}
