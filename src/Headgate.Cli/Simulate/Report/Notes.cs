using Headgate.Cli.Simulate.Search;

namespace Headgate.Cli.Simulate.Report;

/// <summary>What a reader must know to read the numbers right; the same words in the terminal and in HTML.</summary>
internal static class Notes
{
    public const string UnequalCosts =
        "Requests differ in cost: one less denies more, but a still smaller number might deny less again, where fewer large requests are admitted.";

    public static IEnumerable<string> Of(SimulationResult r)
    {
        if (r.LimitIsDefault) yield return $"No --limit was given; {SimulateOptions.DefaultLimit} is tried.";
        if (r.BadLines > 0) yield return $"{Format.Count(r.BadLines, "line")} could not be read and {(r.BadLines == 1 ? "is" : "are")} left out.";
        if (r.OutOfOrder > 0)
        {
            string clamped = r.Clamped == 0
                ? r.OutOfOrder == 1 ? "it was put in order" : "all were put in order"
                : $"{Format.Count(r.Clamped)} came too late for --reorder and {CountAt(r.Clamped)} the time reached";
            yield return $"{Format.Count(r.OutOfOrder, "line")} {(r.OutOfOrder == 1 ? "was" : "were")} earlier than the one before, up to {Format.Duration(r.MostLateMicros)}; {clamped}.";
        }
        else if (r.Clamped > 0)
        {
            yield return $"{Format.Count(r.Clamped, "line")} came too late for --reorder and {CountAt(r.Clamped)} the time reached.";
        }

        if (r.WithoutKey > 0)
        {
            yield return $"{Format.Count(r.WithoutKey, "request")} {(r.WithoutKey == 1 ? "has" : "have")} no {PlainText.Clean(r.Key)}; "
                + $"{(r.WithoutKey == 1 ? "it has" : "they share")} the key (none).";
        }
    }

    private static string CountAt(long lines) => lines == 1 ? "counts at" : "count at";

    public static string Of(LimitKnob knob)
    {
        string part = knob.Part is { } index ? $", part {index + 1}" : "";
        return $"{knob.Name}{part}, all else as given";
    }
}
