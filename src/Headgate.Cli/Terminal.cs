using Headgate.Cli.Serve;

namespace Headgate.Cli;

/// <summary>Where a command reads and writes, and what the other end can show. Tests pass their own.</summary>
internal sealed class Terminal
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    /// <summary>True if output reaches a person's screen that understands colours.</summary>
    public bool Colours { get; init; }

    /// <summary>True if progress may be drawn over itself on the error stream.</summary>
    public bool Interactive { get; init; }

    /// <summary>True if the output can show more than ASCII.</summary>
    public bool Unicode { get; init; }

    /// <summary>Characters in a line.</summary>
    public int Width { get; init; } = 120;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The environment variables that begin with HEADGATE_.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public static Terminal OfProcess()
    {
        bool screen = !Console.IsOutputRedirected;
        bool dumb = System.Environment.GetEnvironmentVariable("TERM") == "dumb";
        bool noColour = !string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal
        {
            Output = Console.Out,
            Error = Console.Error,
            OpenInput = Console.OpenStandardInput,
            Colours = screen && !dumb && !noColour,
            Interactive = !Console.IsErrorRedirected && !dumb,
            Unicode = screen && !dumb && Console.OutputEncoding.CodePage == 65001,
            Environment = EnvironmentSettings.OfProcess(),
            Width = screen ? WidthOrDefault() : 120,
        };
    }

    private static int WidthOrDefault()
    {
        try
        {
            return Math.Clamp(Console.WindowWidth, 60, 200);
        }
        catch (IOException)
        {
            return 100;
        }
    }
}
