namespace Headgate.Redis.Diagnostics;

/// <summary>Logs and meters are others' code: whatever they throw, callers must be answered and what goes on in the background must go on.</summary>
internal static class Reporting
{
    public static void Try(Action report)
    {
        try
        {
            report();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return;
        }
    }
}
