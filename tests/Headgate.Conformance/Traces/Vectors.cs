using System.Reflection;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance.Generation;

namespace Headgate.Conformance.Traces;

/// <summary>The recorded traces of <c>vectors/</c>, and how they are made.</summary>
public static class Vectors
{
    private const int TracesAFile = 22;
    private const int StepsATrace = 24;
    private const ulong Seed = 1;

    private const string Resources = "vectors/";

    /// <summary>The names of the files.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
            .Select(name => name[Resources.Length..])
            .Order(StringComparer.Ordinal),
    ];

    public static IReadOnlyList<Trace> Load(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resources + name)!;
        using StreamReader reader = new(stream);
        return TraceJson.Read(reader.ReadToEnd());
    }

    /// <summary>All files, made anew from the model.</summary>
    public static IEnumerable<(string Name, string Json)> Generate()
    {
        foreach (LimitKind kind in Enum.GetValues<LimitKind>())
        {
            string name = JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
            yield return File(name, "charges, peeks, refunds and resets", ScriptGen.Single(kind, ScriptOptions.GiveBack));
            yield return File($"{name}_extreme", "numbers at the ends of their domain", ScriptGen.Single(kind, ScriptOptions.Extreme));
            yield return File($"{name}_clock", "a clock that jumps back", ScriptGen.Single(kind, ScriptOptions.ClockBack));
            yield return File($"{name}_changing", "numbers that change under one name", ScriptGen.Changing(kind, ScriptOptions.None));
        }

        yield return File("lists", "several charges in one decision, shadows among them", ScriptGen.Lists(ScriptOptions.GiveBack));
        yield return File("composites", "hybrids", ScriptGen.Composites(ScriptOptions.GiveBack));
    }

    private static (string Name, string Json) File(string name, string about, Arbitrary<Script> scripts)
    {
        List<Trace> traces = [];
        // A script may lose steps whose answer is open, so its length is no promise: take those that are long enough.
        for (ulong round = 0; traces.Count < TracesAFile; round++)
        {
            foreach (Script script in scripts.Generator.Sample(StepsATrace, new Rnd(Seed + round, 1), TracesAFile))
            {
                Trace trace = script.ToTrace($"{name}/{traces.Count}", about);
                if (trace.Steps.Count >= StepsATrace / 3 && traces.Count < TracesAFile) traces.Add(trace);
            }
        }

        return ($"{name}.json", TraceJson.Write(traces));
    }
}
