using System.Globalization;
using Headgate.Cli.Simulate.Input;

namespace Headgate.Cli.Simulate;

/// <summary>One line on the error stream, drawn over itself while long work runs; nothing at all where nobody could see it
/// move.</summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);
    private const int BarWidth = 30;

    private readonly Terminal _terminal;
    private readonly ITimer? _timer;
    private readonly long _started;
    private readonly Lock _drawing = new();
    private IReadOnlyList<CountingStream> _files = [];
    private int _searches;
    private int _searched;
    private int _drawn;
    private bool _ended;

    public ProgressLine(Terminal terminal, bool wanted)
    {
        _terminal = terminal;
        _started = terminal.Clock.GetTimestamp();
        if (wanted && terminal.Interactive) _timer = terminal.Clock.CreateTimer(_ => Draw(), null, Patience, Interval);
    }

    public void Reading(IReadOnlyList<CountingStream> files) => _files = files;

    public void Searching(int jobs) => _searches = jobs;

    public void SearchDone() => Interlocked.Increment(ref _searched);

    /// <summary>Takes the line away, so that the report begins on a clean one.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_drawing)
        {
            _ended = true;
            if (_drawn > 0) _terminal.Error.Write($"\r{new string(' ', _drawn)}\r");
            _drawn = 0;
        }
    }

    private void Draw()
    {
        lock (_drawing)
        {
            if (_ended) return;
            string text = _searches > 0
                ? string.Create(CultureInfo.InvariantCulture,
                    $"searching limits {Bar(_searched / (double)_searches)} {_searched} of {_searches}")
                : ReadingText();
            text = text.Length >= _terminal.Width ? text[..(_terminal.Width - 1)] : text;
            _terminal.Error.Write($"\r{text.PadRight(_drawn)}");
            _drawn = text.Length;
        }
    }

    private string ReadingText()
    {
        long read = _files.Sum(f => f.BytesRead), total = _files.Sum(f => f.BytesTotal);
        double seconds = Math.Max(0.001, _terminal.Clock.GetElapsedTime(_started).TotalSeconds);
        string speed = $"{Format.Bytes((long)(read / seconds))}/s";
        if (total == 0 || _files.Any(f => f.BytesTotal == 0)) return $"reading {Format.Bytes(read)}, {speed}";
        double share = Math.Min(1, read / (double)total);
        string left = read > 0 ? $", {Format.Duration((long)((total - read) / (read / seconds) * 1_000_000), coarse: true)} left"
            : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"reading {Bar(share)} {share * 100:0} % of {Format.Bytes(total)}, {speed}{left}");
    }

    private static string Bar(double share)
    {
        int full = (int)(share * BarWidth);
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}]";
    }
}
