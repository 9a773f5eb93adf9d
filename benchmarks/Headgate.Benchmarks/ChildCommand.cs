using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Headgate.Benchmarks.Growth;
using Headgate.Benchmarks.Memory;

namespace Headgate.Benchmarks;

/// <summary>What a child process is asked for: one measurement, as JSON on the output.</summary>
internal static class ChildCommand
{
    public static Command Create()
    {
        Argument<string[]> what = new("what");
        Command command = new(ChildProcess.Verb, "One measurement, in this process.") { what };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            string[] arguments = parsed.GetValue(what) ?? [];
            object reading = arguments switch
            {
                ["decisions", string id, string mode] =>
                    Catalogue.Decisions.Single(row => row.Id == id).MeasureHere(Enum.Parse<Mode>(mode)),
                ["memory", string subject, string keys] => MemoryReading.Take(subject, Number(keys)),
                ["growth", string subject, string keys, string nanoseconds] =>
                    GrowthReading.Take(subject, Number(keys), Number(nanoseconds)),
                _ => throw new ArgumentException($"Nothing is known of '{string.Join(' ', arguments)}'."),
            };
            parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(reading, Json.Options));
        });
        return command;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
