// A user who sends invitations: three at once if they like, then one a minute; and a message that tells them how long to wait.
// RetryAfter is exact, so the message may promise: whoever waits that long gets through.
using System.Globalization;
using Headgate;
using Headgate.Samples;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
VirtualClock clock = new();
using MemoryStore store = new(clock);
Limiter invitations = new(Limit.TokenBucket(capacity: 3, Rate.PerMinute(1)), store, new LimiterOptions { Name = "invite" });

for (int i = 0; i < 4; i++) await InviteAsync("ann", people: 1);
clock.Advance(TimeSpan.FromSeconds(18));
await InviteAsync("ann", people: 1);
clock.Advance(TimeSpan.FromSeconds(42));
await InviteAsync("ann", people: 1);
await InviteAsync("ben", people: 2);
await InviteAsync("ben", people: 5);

async Task InviteAsync(string user, int people)
{
    Decision decision = await invitations.AcquireAsync(user, people);
    string answer = decision switch
    {
        { IsAllowed: true } => $"Invited {people}. {decision.Remaining} left for now.",
        _ when decision.RetryAfter == Timeout.InfiniteTimeSpan => $"You can invite at most {decision.Limit} people at once.",
        _ => $"Please wait {Words(decision.RetryAfter)} before you invite again.",
    };
    Console.WriteLine($"{clock.Elapsed:mm\\:ss}  {user}: {answer}");
}

static string Words(TimeSpan wait)
{
    // Always up: a user who comes back a moment too early is refused again.
    long seconds = (long)Math.Ceiling(wait.TotalSeconds);
    if (seconds < 60) return seconds == 1 ? "1 second" : $"{seconds} seconds";
    long minutes = (seconds + 59) / 60;
    return minutes == 1 ? "1 minute" : $"{minutes} minutes";
}
