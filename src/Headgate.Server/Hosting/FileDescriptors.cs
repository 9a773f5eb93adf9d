using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Hosting;

/// <summary>Whether the system lets the process have as many files and connections open as it is set to take.</summary>
internal static class FileDescriptors
{
    /// <summary>What the process has open beside connections: libraries, logs, Redis, the data folder.</summary>
    public const int Others = 256;

    private const string Source = "/proc/self/limits";
    private const string Line = "Max open files";

    /// <summary>Warns if there are fewer than <see cref="ServeOptions.MaxConnections"/> needs. Says nothing where it cannot be known.</summary>
    public static void Check(ServeOptions options, ILogger logger)
    {
        string[] lines;
        try
        {
            lines = File.Exists(Source) ? File.ReadAllLines(Source) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return;
        }

        if (ReadLimit(lines) is { } limit && limit < options.MaxConnections + Others) HostingLog.FewFiles(logger, limit, options.MaxConnections, options.MaxConnections + Others);
    }

    /// <summary>The soft limit, which .NET has raised to the hard one by then; null if it is unlimited or not there.</summary>
    internal static long? ReadLimit(IEnumerable<string> lines)
    {
        string? line = lines.FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal));
        string? soft = line?[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
    }
}
