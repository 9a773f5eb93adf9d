namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>What comes about by itself, and has long to do so on a busy machine.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task EqualAsync<T>(T expected, Func<Task<T>> actual)
    {
        long start = TimeProvider.System.GetTimestamp();
        T last = await actual();
        while (!EqualityComparer<T>.Default.Equals(expected, last) && TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
            last = await actual();
        }

        Assert.Equal(expected, last);
    }
}
