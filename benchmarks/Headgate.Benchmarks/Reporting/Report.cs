using Headgate.Cli.Bench;

namespace Headgate.Benchmarks.Reporting;

/// <summary>A whole run: what, when, on what, of which source.</summary>
internal sealed record Report(
    DateTimeOffset MeasuredAt, string Commit, Mode Mode, int Launches, Machine Machine, IReadOnlyList<RowResult> Rows)
{
    public IEnumerable<Check> Checks => Rows.SelectMany(row => row.Checks);
}
