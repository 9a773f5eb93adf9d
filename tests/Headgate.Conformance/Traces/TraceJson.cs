using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headgate.Conformance.Model;

namespace Headgate.Conformance.Traces;

/// <summary>Traces as JSON, a step a line; README.md describes the format.</summary>
public static class TraceJson
{
    private const int Format = 1;

    private static readonly JsonSerializerOptions Strings = new() { Encoder = JavaScriptEncoder.Default };

    public static string Write(IEnumerable<Trace> traces) =>
        $"{{\"format\":{Format},\"traces\":[\n{string.Join(",\n", traces.Select(Write))}\n]}}\n";

    public static IReadOnlyList<Trace> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        int format = document.RootElement.GetProperty("format").GetInt32();
        if (format != Format) throw new FormatException($"The vectors have format {format}; this reads {Format}. Write them anew.");
        return [.. document.RootElement.GetProperty("traces").EnumerateArray().Select(ReadTrace)];
    }

    private static string Write(Trace trace)
    {
        List<Limit> limits = [.. trace.Steps.SelectMany(s => s.Charges).Select(c => c.Limit).Distinct()];
        StringBuilder text = new();
        text.Append($"{{\"name\":{Quote(trace.Name)},\"about\":{Quote(trace.About)},\n");
        text.Append($"\"limits\":[{string.Join(",", limits.Select(l => Quote(l.ToString())))}],\n\"steps\":[\n");
        text.AppendJoin(",\n", trace.Steps.Select(step => Write(step, limits)));
        return text.Append("\n]}").ToString();
    }

    private static string Write(TraceStep step, List<Limit> limits)
    {
        StringBuilder text = new($"{{\"at\":{step.At},\"op\":{Quote(NameOf(step.Op))}");
        if (step.Op == TraceOp.Refund) text.Append($",\"of\":{step.Of}");
        if (step.Lease > 0) text.Append($",\"lease\":{step.Lease}");
        text.Append(",\"charges\":[").AppendJoin(",", step.Charges.Select(c => Write(c, limits))).Append(']');
        if (step.Held is { } held) text.Append(held ? ",\"held\":true" : ",\"held\":false");
        if (step.Decision is { } decision) text.Append(",\"decision\":").Append(Write(decision));
        return text.Append('}').ToString();
    }

    private static string Write(Charge charge, List<Limit> limits)
    {
        string ns = charge.Namespace is null ? "" : $",\"namespace\":{Quote(charge.Namespace)}";
        return $"{{\"key\":{Quote(charge.Key)},\"limit\":{limits.IndexOf(charge.Limit)},\"cost\":{charge.Cost}{ns}}}";
    }

    private static string Write(ModelDecision decision)
    {
        string shadow = decision.ShadowDeniedBy is null ? "" : $",\"shadow_denied_by\":{Quote(decision.ShadowDeniedBy)}";
        return $"{{\"allowed\":{(decision.Allowed ? "true" : "false")},\"limit\":{decision.Limit},\"remaining\":{decision.Remaining},"
            + $"\"retry_after\":{decision.RetryAfter},\"reset_after\":{decision.ResetAfter},\"delay\":{decision.Delay},"
            + $"\"decided_by\":{Quote(decision.DecidedBy ?? "")}{shadow}}}";
    }

    private static Trace ReadTrace(JsonElement json)
    {
        List<Limit> limits = [.. json.GetProperty("limits").EnumerateArray().Select(l => Limit.Parse(l.GetString()!))];
        return new Trace(
            json.GetProperty("name").GetString()!,
            json.GetProperty("about").GetString()!,
            [.. json.GetProperty("steps").EnumerateArray().Select(step => ReadStep(step, limits))]);
    }

    private static TraceStep ReadStep(JsonElement json, List<Limit> limits)
    {
        TraceOp op = Enum.GetValues<TraceOp>().First(o => NameOf(o) == json.GetProperty("op").GetString());
        List<Charge> charges = [.. json.GetProperty("charges").EnumerateArray().Select(c => ReadCharge(c, limits))];
        return new TraceStep(json.GetProperty("at").GetInt64(), op, charges)
        {
            Of = json.TryGetProperty("of", out JsonElement of) ? of.GetInt32() : 0,
            Lease = json.TryGetProperty("lease", out JsonElement lease) ? lease.GetInt32() : 0,
            Held = json.TryGetProperty("held", out JsonElement held) ? held.GetBoolean() : null,
            Decision = json.TryGetProperty("decision", out JsonElement decision) ? ReadDecision(decision) : null,
        };
    }

    private static Charge ReadCharge(JsonElement json, List<Limit> limits) =>
        new(json.GetProperty("key").GetString()!, limits[json.GetProperty("limit").GetInt32()], json.GetProperty("cost").GetInt64())
        {
            Namespace = json.TryGetProperty("namespace", out JsonElement ns) ? ns.GetString() : null,
        };

    private static ModelDecision ReadDecision(JsonElement json) => new()
    {
        Allowed = json.GetProperty("allowed").GetBoolean(),
        Limit = json.GetProperty("limit").GetInt64(),
        Remaining = json.GetProperty("remaining").GetInt64(),
        RetryAfter = json.GetProperty("retry_after").GetInt64(),
        ResetAfter = json.GetProperty("reset_after").GetInt64(),
        Delay = json.GetProperty("delay").GetInt64(),
        DecidedBy = json.GetProperty("decided_by").GetString(),
        ShadowDeniedBy = json.TryGetProperty("shadow_denied_by", out JsonElement shadow) ? shadow.GetString() : null,
    };

    private static string NameOf(TraceOp op) => op.ToString().ToLowerInvariant();

    private static string Quote(string text) => JsonSerializer.Serialize(text, Strings);
}
