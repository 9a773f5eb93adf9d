using System.Globalization;

namespace Headgate.Cli.Simulate.Input;

/// <summary>A line that could not be read, ready to be shown.</summary>
internal sealed record BadLine(string File, long Line, string Problem, string Text);

/// <summary>What to do with lines that cannot be read: stop at the first, or count and go on.</summary>
internal sealed class BadLines(bool skip)
{
    private const int Kept = 5;
    private readonly List<BadLine> _first = [];

    public long Count { get; private set; }

    /// <summary>The first few.</summary>
    public IReadOnlyList<BadLine> First => _first;

    public void Report(string file, LogFormat format, long lineNumber, ReadOnlySpan<byte> line, string problem)
    {
        BadLine bad = new(file, lineNumber, problem, PlainText.Clean(line, 120));
        if (!skip)
        {
            throw CommandException.Failed(string.Create(CultureInfo.InvariantCulture,
                $"{file}, line {lineNumber} cannot be read as {LogFormats.NameOf(format)}: {problem}.\n  {bad.Text}\n"
                + $"Pass over such lines and count them with --skip-bad, or name another --format."));
        }

        Count++;
        if (_first.Count < Kept) _first.Add(bad);
    }
}
