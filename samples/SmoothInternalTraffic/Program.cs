// A fragile internal system that must never see two jobs less than 50 ms apart, however they arrive.
// A leaky bucket admits what fits and says in Delay how long to hold each job; what does not fit is refused at once.
// Limiter.WaitAsync does the holding for you; here it is done by hand to show what Delay means.
using System.Globalization;
using Headgate;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
TimeProvider time = TimeProvider.System;
using MemoryStore store = new();
Limiter printer = new(Limit.LeakyBucket(capacity: 10, Rate.PerSecond(20)), store);

// The first charge of a process costs some milliseconds of start-up; make it before the clock counts.
await printer.AcquireAsync("warm-up");

// Ten jobs arrive at once.
long start = time.GetTimestamp();
List<(int Job, TimeSpan Due)> queue = [];
for (int job = 1; job <= 10; job++)
{
    Decision decision = await printer.AcquireAsync("printer");
    if (decision.IsAllowed) queue.Add((job, time.GetElapsedTime(start) + decision.Delay));
    else Console.WriteLine($"job {job} does not fit; try again in {decision.RetryAfter.TotalMilliseconds:f0} ms");
}

int left = 0;
foreach ((int job, TimeSpan due) in queue)
{
    // A timer counts in whole milliseconds and would drop the rest: round up, and look again.
    for (TimeSpan wait; (wait = due - time.GetElapsedTime(start)) > TimeSpan.Zero;)
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)));

    double after = time.GetElapsedTime(start).TotalMilliseconds;
    Console.WriteLine($"job {job,2} leaves after {after,4:f0} ms (due after {due.TotalMilliseconds,4:f0} ms)");
    left++;
}

Console.WriteLine($"{left} of 10 left in order, none early");
