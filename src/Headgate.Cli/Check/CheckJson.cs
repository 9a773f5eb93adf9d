using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Headgate.Cli.Check;

/// <summary>A JSON object a line, snake_case; described in docs/reference/check.md.</summary>
internal sealed class CheckJson(CheckOptions options, IReadOnlyList<string> keys, TextWriter output) : ICheckReport
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.Default };

    public void Decided(long number, Decision decision, string source) => Write(json =>
    {
        json.WriteNumber("number", number);
        json.WriteBoolean("allowed", decision.IsAllowed);
        json.WriteNumber("limit", decision.Limit);
        json.WriteNumber("remaining", decision.Remaining);
        WriteSeconds(json, "retry_after_seconds", decision.RetryAfter);
        WriteSeconds(json, "reset_after_seconds", decision.ResetAfter);
        WriteSeconds(json, "delay_seconds", decision.Delay);
        json.WriteString("decided_by", decision.DecidedBy);
        json.WriteString("shadow_denied_by", decision.ShadowDeniedBy);
        json.WriteString("source", source);
        json.WriteString("decided_at", decision.DecidedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        if (!options.ShowKeys) return;
        json.WriteStartArray("keys");
        foreach (string key in keys) json.WriteStringValue(key);
        json.WriteEndArray();
    });

    public void End(CheckTotal total)
    {
        if (options.Repeat == 1) return;
        Write(json =>
        {
            json.WriteStartObject("total");
            json.WriteNumber("decisions", total.Decisions);
            json.WriteNumber("allowed", total.Allowed);
            json.WriteNumber("denied", total.Denied);
            json.WriteNumber("elapsed_seconds", Math.Round(total.Elapsed.TotalSeconds, 6));
            json.WriteEndObject();
        });
    }

    /// <summary>Null for never.</summary>
    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan) json.WriteNull(name);
        else json.WriteNumber(name, (decimal)time.Ticks / TimeSpan.TicksPerSecond);
    }

    private void Write(Action<Utf8JsonWriter> members)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, Compact))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
