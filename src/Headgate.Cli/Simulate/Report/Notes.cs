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
        if (r.BadLines > 0) yield return $"{Format.Count(r.BadLines)} lines could not be read and are left out.";
        if (r.OutOfOrder > 0)
        {
            string clamped = r.Clamped == 0
                ? "all were put in order"
                : $"{Format.Count(r.Clamped)} came too late for --reorder and count at the time reached";
            yield return $"{Format.Count(r.OutOfOrder)} lines were earlier than the one before, up to {Format.Duration(r.MostLateMicros)}; {clamped}.";
        }
        else if (r.Clamped > 0)
        {
            yield return $"{Format.Count(r.Clamped)} lines came too late for --reorder and count at the time reached.";
        }

        if (r.WithoutKey > 0) yield return $"{Format.Count(r.WithoutKey)} requests have no {PlainText.Clean(r.Key)}; they share the key (none).";
    }

    public static string Of(LimitKnob knob)
    {
        string part = knob.Part is { } index ? $", part {index + 1}" : "";
        return $"{knob.Name}{part}, all else as given";
    }
}
