using System.Text.Json;

namespace Headgate.AspNetCore.Tests.Answers;

/// <summary>Refusals as a real gRPC client over HTTP/2 sees them.</summary>
public class GrpcTests(GrpcClient client) : IClassFixture<GrpcClient>
{
    private const int Ok = 0;
    private const int ResourceExhausted = 8;
    private const int Unavailable = 14;

    [Fact]
    public void An_allowed_call_has_the_fields_as_metadata()
    {
        JsonElement answer = Answer("allowed", Ok);
        Assert.Equal("\"api\";r=9;t=1", answer.GetProperty("fields").GetProperty("ratelimit").GetString());
        Assert.Equal("\"api\";q=10;w=10", answer.GetProperty("fields").GetProperty("ratelimit-policy").GetString());
    }

    [Theory]
    [InlineData("denied")]
    [InlineData("deniedUpload")]
    public void A_refused_call_is_RESOURCE_EXHAUSTED_with_the_wait(string call)
    {
        JsonElement answer = Answer(call, ResourceExhausted);
        Assert.Equal("The limit 'api' is reached. Try again in 3 s.", answer.GetProperty("details").GetString());
        Assert.Equal("2501", answer.GetProperty("pushback").GetString());
        JsonElement fields = answer.GetProperty("fields");
        Assert.Equal("\"api\";r=0;t=3", fields.GetProperty("ratelimit").GetString());
        Assert.Equal("3", fields.GetProperty("retry-after").GetString());

        JsonElement status = answer.GetProperty("status");
        Assert.Equal(ResourceExhausted, status.GetProperty("code").GetInt32());
        Assert.Equal("The limit 'api' is reached. Try again in 3 s.", status.GetProperty("message").GetString());
        Assert.Equal((2L, 500_001_000), Delay(status));
        JsonElement violation = Assert.Single(status.GetProperty("details").GetProperty("google.rpc.QuotaFailure").GetProperty("violations").EnumerateArray());
        Assert.Equal("limit:api", violation.GetProperty("subject").GetString());
    }

    [Fact]
    public void A_call_that_can_never_be_admitted_is_told_not_to_retry()
    {
        JsonElement answer = Answer("never", ResourceExhausted);
        Assert.Equal("This call costs more than the limit 'api' ever admits.", answer.GetProperty("details").GetString());
        Assert.Equal("-1", answer.GetProperty("pushback").GetString());
        Assert.False(answer.GetProperty("fields").TryGetProperty("retry-after", out _));
        Assert.False(answer.GetProperty("status").GetProperty("details").TryGetProperty("google.rpc.RetryInfo", out _));
    }

    [Fact]
    public void A_closed_store_is_UNAVAILABLE()
    {
        JsonElement answer = Answer("down", Unavailable);
        Assert.Equal((1L, 0), Delay(answer.GetProperty("status")));
        Assert.False(answer.GetProperty("status").GetProperty("details").TryGetProperty("google.rpc.QuotaFailure", out _));
        Assert.False(answer.GetProperty("fields").TryGetProperty("ratelimit", out _));
    }

    [Fact]
    public void Names_arrive_as_they_are()
    {
        JsonElement answer = Answer("named", ResourceExhausted);
        Assert.Equal("The limit '100% & <api>' is reached. Try again in 3 s.", answer.GetProperty("details").GetString());
        Assert.Equal(answer.GetProperty("details").GetString(), answer.GetProperty("status").GetProperty("message").GetString());
    }

    /// <summary>The client's own backoff would be ten minutes, and its deadline is half of one.</summary>
    [Fact]
    public void A_client_with_a_retry_policy_comes_back_when_it_was_told()
    {
        JsonElement answer = Answer("retried", Ok);
        Assert.InRange(answer.GetProperty("milliseconds").GetInt32(), 145, 29_000);
        Assert.Equal(2, client.CallsOf("DeniedOnce"));
    }

    [Fact]
    public void A_client_with_a_retry_policy_does_not_retry_what_can_never_be()
    {
        Answer("retriedNever", ResourceExhausted);
        Assert.Equal(2, client.CallsOf("Never"));
    }

    private static (long Seconds, int Nanos) Delay(JsonElement status)
    {
        JsonElement delay = status.GetProperty("details").GetProperty("google.rpc.RetryInfo").GetProperty("retry_delay");
        return (delay.GetProperty("seconds").GetInt64(), delay.GetProperty("nanos").GetInt32());
    }

    private JsonElement Answer(string call, int code)
    {
        JsonElement answer = client.Answers.GetProperty(call);
        Assert.Equal((code, call), (answer.GetProperty("code").GetInt32(), call));
        return answer;
    }
}
