using Headgate.Benchmarks.Reporting;

namespace Headgate.Benchmarks.Rows;

/// <summary>One question, and how to answer it.</summary>
internal interface IRow
{
    /// <summary>As given to <c>--rows</c>.</summary>
    string Id { get; }

    string Title { get; }

    RowResult Measure(Mode mode, int launches);
}
