using System.Diagnostics;

namespace Headgate.Http.Tests;

/// <summary>Turns a test that would hang into one that fails. Time is never waited for: only what should happen is.</summary>
internal static class Watchdog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task InTime(this Task task) => task.WaitAsync(Patience);

    /// <summary>Lets other tasks run until it is so.</summary>
    public static async Task Until(Func<bool> isSo)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) throw new TimeoutException("It did not become so.");
            await Task.Yield();
        }
    }
}
