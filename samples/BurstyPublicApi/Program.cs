// A public API whose clients are quiet for a while and then ask for a whole page of things at once.
// A token bucket lets such a burst through, holds the long-run rate, and tells a refused client exactly when to come back.
using System.Globalization;
using Headgate;
using Headgate.Samples;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
VirtualClock clock = new();
using MemoryStore store = new(clock);
Limiter api = new(Limit.TokenBucket(capacity: 10, Rate.PerSecond(2)), store, new LimiterOptions { Name = "public-api" });

int allowed = 0;
Decision last = default;
for (int request = 0; request < 15; request++)
{
    last = await api.AcquireAsync("client-42");
    if (last.IsAllowed) allowed++;
}

Console.WriteLine($"burst of 15: {allowed} allowed, {15 - allowed} denied");
Console.WriteLine(
    $"the last answer: 429, Retry-After {Math.Ceiling(last.RetryAfter.TotalSeconds)} (exactly {last.RetryAfter.TotalMilliseconds} ms)");

clock.Advance(last.RetryAfter - TimeSpan.FromMicroseconds(1));
Console.WriteLine($"one microsecond too early: {Word(await api.AcquireAsync("client-42"))}");
clock.Advance(TimeSpan.FromMicroseconds(1));
Console.WriteLine($"right on time: {Word(await api.AcquireAsync("client-42"))}");

// Whoever keeps to the rate is never refused: two requests a second for a minute.
allowed = 0;
for (int request = 0; request < 120; request++)
{
    clock.Advance(TimeSpan.FromMilliseconds(500));
    if ((await api.AcquireAsync("client-42")).IsAllowed) allowed++;
}

Console.WriteLine($"a minute at 2 a second: {allowed} of 120 allowed");
clock.Advance(TimeSpan.FromSeconds(5));
Console.WriteLine($"after 5 quiet seconds: {(await api.PeekAsync("client-42")).Remaining} more could come at once");

static string Word(Decision decision) => decision.IsAllowed ? "allowed" : "denied";
