using System.Globalization;

namespace Headgate.Cli.Bench;

/// <summary>One line on a screen that says what is being measured; nothing where there is no screen.</summary>
internal sealed class BenchProgress : IDisposable
{
    private readonly TextWriter? _screen;
    private readonly string _title;

    public BenchProgress(TextWriter? screen, string title)
    {
        _screen = screen;
        _title = title;
        Report(0);
    }

    /// <param name="share">0 to 1.</param>
    public void Report(double share) => _screen?.Write(string.Create(CultureInfo.InvariantCulture, $"\r{_title} ... {share:0 %}\e[K"));

    public void Dispose() => _screen?.Write("\r\e[K");
}
