using System.Net;
using System.Text.Json;

namespace Headgate.Server.Tests.Decisions;

public sealed class CheckTests
{
    private const string Ask = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Fact]
    public async Task Decides_by_the_global_default_where_nothing_is_configured()
    {
        await using Service service = await Service.StartAsync();
        for (int left = 99; left >= 0; left--)
        {
            (HttpStatusCode status, JsonElement answer) = await service.PostAsync("/api/check_and_consume", Ask);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.True(answer.GetProperty("allowed").GetBoolean());
            Assert.Equal(left, answer.GetProperty("remaining_requests").GetInt64());
            Assert.Equal("processed", answer.GetProperty("status").GetString());
        }

        (_, JsonElement denied) = await service.PostAsync("/api/check_and_consume", Ask);
        Assert.False(denied.GetProperty("allowed").GetBoolean());
        Assert.Equal(60, denied.GetProperty("retry_after_seconds").GetDecimal());
    }
}
