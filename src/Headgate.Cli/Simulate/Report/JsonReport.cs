using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headgate.Cli.Simulate.Replay;
using Headgate.Cli.Simulate.Search;

namespace Headgate.Cli.Simulate.Report;

/// <summary>The result as one JSON document, snake_case; described in docs/reference/simulate.md.</summary>
internal static class JsonReport
{
    private const int Version = 1;

    public static string Write(SimulationResult result)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.Default }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            WriteLog(json, result);
            WriteTimeline(json, result.Timeline);
            WriteBursts(json, result.Bursts);
            json.WriteStartArray("limits");
            for (int i = 0; i < result.Limits.Count; i++) WriteLimit(json, result, i);
            json.WriteEndArray();
            json.WriteNumber("elapsed_seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteLog(Utf8JsonWriter json, SimulationResult result)
    {
        json.WriteStartObject("log");
        json.WriteStartArray("files");
        foreach (FileResult file in result.Files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteString("format", file.Format);
            json.WriteNumber("lines", file.Lines);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("key", result.Key);
        json.WriteString("cost", result.Cost);
        json.WriteNumber("lines", result.Lines);
        json.WriteNumber("requests", result.Requests);
        json.WriteNumber("keys", result.Keys);
        json.WriteNumber("requests_without_key", result.WithoutKey);
        json.WriteString("from", Format.IsoTime(result.From));
        json.WriteString("to", Format.IsoTime(result.To));
        json.WriteNumber("out_of_order", result.OutOfOrder);
        json.WriteNumber("most_late_seconds", Seconds(result.MostLateMicros));
        json.WriteNumber("clamped", result.Clamped);
        json.WriteNumber("bad_lines", result.BadLines);
        json.WriteStartArray("first_bad_lines");
        foreach (Input.BadLine bad in result.FirstBadLines)
        {
            json.WriteStartObject();
            json.WriteString("file", bad.File);
            json.WriteNumber("line", bad.Line);
            json.WriteString("problem", bad.Problem);
            json.WriteString("text", bad.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTimeline(Utf8JsonWriter json, Timeline timeline)
    {
        json.WriteStartObject("timeline");
        json.WriteString("start", Format.IsoTime(timeline.StartMicros));
        json.WriteNumber("bin_seconds", Seconds(timeline.WidthMicros));
        WriteRow(json, "requests", timeline, 0);
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, string name, Timeline timeline, int row)
    {
        json.WriteStartArray(name);
        for (int i = 0; i < timeline.Bins; i++) json.WriteNumberValue(timeline[row, i]);
        json.WriteEndArray();
    }

    private static void WriteBursts(Utf8JsonWriter json, IReadOnlyList<BurstResult> bursts)
    {
        json.WriteStartArray("bursts");
        foreach (BurstResult burst in bursts)
        {
            json.WriteStartObject();
            json.WriteNumber("span_seconds", burst.SpanSeconds);
            json.WriteStartArray("keys");
            foreach (BurstRow row in burst.Rows)
            {
                json.WriteStartObject();
                json.WriteString("key", row.Key.Real);
                json.WriteNumber("requests", row.Requests);
                json.WriteString("ends_at", Format.IsoTime(row.EndMicros));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLimit(Utf8JsonWriter json, SimulationResult result, int index)
    {
        LimitResult limit = result.Limits[index];
        json.WriteStartObject();
        json.WriteString("limit", limit.Limit.ToString());
        json.WriteString("name", limit.Limit.Name);
        json.WriteNumber("requests", limit.Allowed + limit.Denied);
        json.WriteNumber("allowed", limit.Allowed);
        json.WriteNumber("denied", limit.Denied);
        json.WriteNumber("denied_share", limit.DeniedShare);
        json.WriteNumber("denied_for_ever", limit.Impossible);
        json.WriteNumber("keys_denied", limit.KeysDenied);
        json.WriteNumber("longest_lock_out_seconds", Seconds(limit.LongestLockOut));
        if (limit.Delays)
        {
            json.WriteStartObject("delay");
            json.WriteNumber("requests", limit.Delayed);
            json.WriteNumber("total_seconds", Seconds(limit.TotalDelay));
            json.WriteNumber("longest_seconds", Seconds(limit.LongestDelay));
            json.WriteEndObject();
        }

        json.WriteStartArray("keys");
        foreach (KeyRow row in limit.Keys) WriteKey(json, row);
        json.WriteEndArray();
        WriteRow(json, "denied_timeline", result.Timeline, index + 1);
        if (result.Searched)
        {
            json.WriteStartArray("smallest");
            foreach (KnobResult knob in limit.Found) WriteKnob(json, knob, result.EqualCosts);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteKey(Utf8JsonWriter json, KeyRow row)
    {
        json.WriteStartObject();
        json.WriteString("key", row.Key.Real);
        json.WriteNumber("requests", row.Outcome.Requests);
        json.WriteNumber("allowed", row.Outcome.Requests - row.Outcome.Denied);
        json.WriteNumber("denied", row.Outcome.Denied);
        json.WriteString("first_denied_at", Format.IsoTime(row.Outcome.FirstDenial));
        json.WriteString("last_denied_at", Format.IsoTime(row.Outcome.LastDenial));
        json.WriteNumber("longest_lock_out_seconds", Seconds(row.Outcome.LongestLockOut));
        json.WriteEndObject();
    }

    private static void WriteKnob(Utf8JsonWriter json, KnobResult knob, bool exact)
    {
        json.WriteStartObject();
        json.WriteString("number", knob.Knob.Name);
        if (knob.Knob.Part is { } part) json.WriteNumber("part", part);
        json.WriteBoolean("smallest_of_all", exact);
        json.WriteStartArray("at_most");
        foreach (Suggestion found in knob.Suggestions)
        {
            json.WriteStartObject();
            json.WriteNumber("share", found.PerMille / 1000m);
            if (found.Value is { } value)
            {
                json.WriteString("value", knob.Knob.Show(value));
                json.WriteString("limit", knob.Knob.Build(value)!.ToString());
            }
            else
            {
                json.WriteNull("value");
                json.WriteNull("limit");
            }

            json.WriteNumber("denied", found.Denied);
            if (found.DeniedByOneLess is { } less) json.WriteNumber("denied_by_one_less", less);
            else json.WriteNull("denied_by_one_less");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static decimal Seconds(long micros) => micros / 1_000_000m;
}
