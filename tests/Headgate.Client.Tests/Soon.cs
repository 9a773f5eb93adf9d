namespace Headgate.Client.Tests;

/// <summary>Waits for what happens by itself in a moment: on another thread, on the other side of a connection.</summary>
internal static class Soon
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) throw new TimeoutException("It did not happen.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
