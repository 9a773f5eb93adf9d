using System.Collections.Concurrent;
using System.Diagnostics;
using Headgate.AspNetCore.Observability;
using Microsoft.AspNetCore.Builder;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>A decision that a request waits for has an activity of its own.</summary>
public class TraceTests
{
    [Fact]
    public async Task A_request_that_may_wait_has_an_activity_with_its_policy()
    {
        const string Policy = "traced-wait";
        ConcurrentQueue<Activity> stopped = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == HeadgateAspNetCoreDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using App app = await App.StartAsync(
            h => h.AddPolicy(Policy, Limit.TokenBucket(5, Rate.PerHour(1)), p => p with { MaxWait = TimeSpan.FromSeconds(1) }),
            app =>
            {
                app.UseHeadgate(Policy);
                app.MapGet("/", () => "ok");
            });
        await app.GetAsync("/");
        Assert.Contains(stopped, activity => activity.OperationName == RequestActivity.Name && activity.GetTagItem(RequestActivity.PolicyTag) as string == Policy);
    }
}
