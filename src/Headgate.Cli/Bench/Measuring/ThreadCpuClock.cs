using System.Runtime.InteropServices;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>
/// The processor time of the calling thread: stands still while the system runs somebody else. Linux only; elsewhere it reads 0.
/// </summary>
internal static class ThreadCpuClock
{
    private const int ThreadCpuTimeId = 3;

    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    public static long Nanoseconds() =>
        IsSupported && ClockGetTime(ThreadCpuTimeId, out TimeSpec time) == 0
            ? (time.Seconds * 1_000_000_000) + time.Nanoseconds : 0;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
