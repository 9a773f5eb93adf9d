namespace Headgate.AspNetCore.Tests.Identity;

/// <summary>Bytes that an action allocates when it is warm.</summary>
internal static class Allocations
{
    /// <summary>The best of several runs: what the runtime itself allocates now and then is not the action's.</summary>
    public static long Of(Action action)
    {
        for (int i = 0; i < 2_000; i++) action();
        long least = long.MaxValue;
        for (int run = 0; run < 5; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++) action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
