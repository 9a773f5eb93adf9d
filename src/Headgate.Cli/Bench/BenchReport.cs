using System.Text.Json.Serialization;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench;

/// <summary>What <c>headgate bench --json</c> prints.</summary>
internal sealed record BenchReport(Machine Machine, Comparison Comparison, IReadOnlyList<ScenarioReport> Scenarios);

/// <summary>The subjects of one scenario; the first is what the others are compared with.</summary>
internal sealed record ScenarioReport(string Scenario, IReadOnlyList<SubjectReport> Subjects)
{
    public static ScenarioReport Of(Scenario scenario, IReadOnlyList<Samples> samples) =>
        new(scenario.Title,
            [.. samples.Select(subject => new SubjectReport(subject.Summarise(), Ratio.Of(subject, samples[0])))]);
}

/// <summary>One subject, and how many times as long it takes as the first of its scenario.</summary>
internal sealed record SubjectReport(Measurement Measurement, Ratio ToFirst);

[JsonSerializable(typeof(BenchReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
internal sealed partial class BenchJson : JsonSerializerContext;
