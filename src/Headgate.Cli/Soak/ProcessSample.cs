using System.Globalization;

namespace Headgate.Cli.Soak;

/// <summary>What a process holds at a moment, as /proc tells.</summary>
/// <param name="At">Since the start of the soak.</param>
/// <param name="ResidentBytes">VmRSS.</param>
/// <param name="HeapBytes">What the collector has committed, if the service says so on /metrics; null if not.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Handles">Open files and connections.</param>
/// <param name="Answers">Answers so far.</param>
internal sealed record ProcessSample(TimeSpan At, long ResidentBytes, long? HeapBytes, int Threads, int Handles, long Answers)
{
    /// <summary>Null if there is no such process.</summary>
    public static ProcessSample? Read(int processId, TimeSpan at, long? heapBytes, long answers)
    {
        try
        {
            string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}");
            string[] status = File.ReadAllLines($"{folder}/status");
            return new ProcessSample(at, Number(status, "VmRSS:") * 1024, heapBytes, (int)Number(status, "Threads:"), Directory.GetFiles($"{folder}/fd").Length, answers);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Number(string[] status, string field)
    {
        string? line = status.FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        string? number = line?[field.Length..].Split(' ', '\t').FirstOrDefault(part => part.Length > 0);
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0;
    }
}
