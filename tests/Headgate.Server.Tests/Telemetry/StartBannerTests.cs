using Microsoft.Extensions.Logging;

namespace Headgate.Server.Tests.Telemetry;

public sealed class StartBannerTests
{
    [Fact]
    public async Task Says_where_it_listens_what_is_kept_who_may_ask_and_how_to_try_it()
    {
        await using Service service = await Service.StartAsync();
        (string Category, LogLevel Level, EventId Id, string Text)[] banner = [.. service.Log.All.Where(line => line.Category == "Headgate.Server" && line.Id.Id is >= 120 and < 130)];
        Assert.Equal(["Listening", "NotKept", "KeysOff", "TryIt"], banner.Select(line => line.Id.Name));
        string address = service.Address.ToString().TrimEnd('/');
        Assert.Contains(address, banner[0].Text, StringComparison.Ordinal);

        // What it says to try works as it stands.
        string[] parts = banner[3].Text.Split('\'');
        Assert.Equal($"Try it: curl {address}/api/check_and_consume -H ", parts[0]);
        Assert.Equal("Content-Type: application/json", parts[1]);
        Assert.True((await service.PostAsync("/api/check_and_consume", parts[3])).Body.GetProperty("allowed").GetBoolean());
    }

    [Fact]
    public async Task No_line_above_Debug_names_a_client()
    {
        const string Client = "ann-the-client";
        await using Service service = await Service.StartAsync();
        for (int i = 0; i < 101; i++) await service.PostAsync("/api/check_and_consume", $$"""{"tenant_id":"acme","client_id":"{{Client}}","action_type":"login"}""");
        await service.GetAsync($"/api/status/acme/{Client}/login");
        await service.PutAsync($"/api/config/tenant/acme/client/{Client}/action/login", """{"max_requests":"wrong"}""");
        // The framework's own lines are filtered at the console.
        Assert.DoesNotContain(service.Log.All, line => line.Level > LogLevel.Debug && line.Category.StartsWith("Headgate", StringComparison.Ordinal) && line.Text.Contains(Client, StringComparison.Ordinal));
    }
}
