using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Headgate.Server.Telemetry;

/// <summary>
/// An object a line: time (UTC), level, category, event_id, event, message, exception, and under fields and scopes what was logged by name. A path of a
/// request is left out: it may have the id of a client in it.
/// </summary>
internal sealed class JsonLines(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "headgate-json";

    private const string Template = "{OriginalFormat}";

    // For a log, not for a page: what HTML could take for markup stays readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly string[] Paths = ["RequestPath", "Path", "PathBase", "QueryString"];

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter writer = new(line, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("time", clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
            writer.WriteString("level", LevelNames.Of(logEntry.LogLevel));
            writer.WriteString("category", logEntry.Category);
            if (logEntry.EventId.Id != 0) writer.WriteNumber("event_id", logEntry.EventId.Id);
            if (logEntry.EventId.Name is { } name) writer.WriteString("event", name);
            writer.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.Exception is { } exception) writer.WriteString("exception", exception.ToString());
            if (logEntry.State is IEnumerable<KeyValuePair<string, object?>> fields) Write(writer, "fields", fields);
            if (scopeProvider is not null) Write(writer, "scopes", Read(scopeProvider));
            writer.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
    }

    private static List<KeyValuePair<string, object?>> Read(IExternalScopeProvider scopes)
    {
        List<KeyValuePair<string, object?>> all = [];
        scopes.ForEachScope(static (scope, all) =>
        {
            if (scope is IEnumerable<KeyValuePair<string, object?>> fields) all.AddRange(fields);
        }, all);
        return all;
    }

    /// <summary>Each name once: the last, which is the innermost, counts.</summary>
    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        KeyValuePair<string, object?>[] shown = [.. fields.Where(f => f.Key != Template && !Paths.Contains(f.Key)).Reverse().DistinctBy(f => f.Key).Reverse()];
        if (shown.Length == 0) return;
        writer.WriteStartObject(name);
        foreach ((string key, object? value) in shown) Write(writer, key, value);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string key, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull(key);
                break;
            case bool flag:
                writer.WriteBoolean(key, flag);
                break;
            case int number:
                writer.WriteNumber(key, number);
                break;
            case long number:
                writer.WriteNumber(key, number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumber(key, number);
                break;
            case decimal number:
                writer.WriteNumber(key, number);
                break;
            case DateTimeOffset time:
                writer.WriteString(key, time.ToUniversalTime());
                break;
            case IFormattable other:
                writer.WriteString(key, other.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                writer.WriteString(key, value.ToString());
                break;
        }
    }
}
