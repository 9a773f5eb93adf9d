using System.Globalization;
using System.Net;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance;
using Headgate.Conformance.Generation;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Decisions;

/// <summary>For any trace of any limit the service answers what the library decides, to the microsecond.</summary>
public sealed class ExactnessTests
{
    private const int LimitsOfAKind = 5;
    private const int Steps = 25;

    public static TheoryData<string> Kinds => [.. Enum.GetNames<LimitKind>(), "Hybrid", "AllOf"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_service_answers_what_the_library_decides(string kind)
    {
        FakeClock clock = new();
        await using Service service = await Service.StartAsync(clock: clock);
        using MemoryStore library = new(clock);
        Random random = new(20260101 + kind.Length);
        Limit[] limits = [.. LimitsOf(kind)];
        for (int i = 0; i < limits.Length; i++)
        {
            // As the service has it: named, so that its numbers may change.
            ActionRule rule = ActionRule.Custom(limits[i].ToString());
            string action = string.Create(CultureInfo.InvariantCulture, $"{kind}-{i}");
            await service.SetAsync("acme", action, rule);
            Charge charge = new("c1", rule.Limit) { Namespace = action };
            for (int step = 0; step < Steps; step++)
            {
                clock.AdvanceMicros(random.Next(4) switch { 0 => 0, 1 => random.Next(5), 2 => random.Next(2_000_000), _ => random.NextInt64(100_000_000_000) });
                long cost = random.Next(4) == 0 ? random.Next(20) : 1;
                Decision peeked = await library.PeekAsync(new[] { charge with { Cost = cost } });
                Assert.Equal(TextOf(peeked), await AskAsync(HttpMethod.Get, $"/api/status/acme/c1/{action}?cost={cost}", null));
                Decision decided = await library.AcquireAsync(new[] { charge with { Cost = cost } });
                Assert.Equal(TextOf(decided), await AskAsync(HttpMethod.Post, "/api/check_and_consume",
                    $$"""{"tenant_id":"acme","client_id":"c1","action_type":"{{action}}","cost":{{cost}}}"""));
            }
        }

        async Task<string> AskAsync(HttpMethod method, string path, string? body)
        {
            (HttpStatusCode status, JsonElement answer) = await service.SendAsync(method, path, body);
            Assert.Equal(HttpStatusCode.OK, status);
            string delay = answer.TryGetProperty("delay_seconds", out JsonElement seconds) ? seconds.GetRawText() : "0";
            return $"{answer.GetProperty("allowed").GetBoolean()} {answer.GetProperty("remaining_requests").GetRawText()} {answer.GetProperty("reset_time_seconds").GetRawText()} "
                + $"{answer.GetProperty("retry_after_seconds").GetRawText()} {delay}";
        }
    }

    /// <summary>By decimals, another way than the service's.</summary>
    private static string TextOf(Decision decision)
    {
        decimal reset = Seconds(decision.DecidedAt - DateTimeOffset.UnixEpoch) + Seconds(decision.ResetAfter);
        string retry = decision.RetryAfter == Timeout.InfiniteTimeSpan ? "null" : Text(Seconds(decision.RetryAfter));
        return $"{decision.IsAllowed} {decision.Remaining} {Text(reset)} {retry} {Text(Seconds(decision.Delay))}";

        static decimal Seconds(TimeSpan span) => (decimal)span.Ticks / TimeSpan.TicksPerSecond;

        static string Text(decimal seconds) => seconds.ToString("0.######", CultureInfo.InvariantCulture);
    }

    private static IEnumerable<Limit> LimitsOf(string kind)
    {
        if (Enum.TryParse(kind, out LimitKind plain))
            return Sample(LimitGen.OfKind(plain)).Concat(Sample(LimitGen.OfKind(plain, extreme: true)));
        Gen<Limit> first = LimitGen.OfKind(LimitKind.TokenBucket), second = LimitGen.OfKind(LimitKind.SlidingWindow), third = LimitGen.OfKind(LimitKind.SlidingLog);
        return Sample(kind == "Hybrid"
            ? from a in first from b in second select (Limit)Limit.AllOf(a, b)
            : from a in first from b in second from c in third select (Limit)Limit.AllOf(a, b, c));
    }

    private static Limit[] Sample(Gen<Limit> limits) => [.. limits.Sample(LimitsOfAKind)];
}
