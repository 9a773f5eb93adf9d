using System.Text.Json;
using Headgate.Conformance;
using Headgate.Server.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Headgate.Server.Tests.Telemetry;

public sealed class LogLineTests
{
    private static readonly KeyValuePair<string, object?>[] Fields =
        [new("Tenant", "a\"b\n"), new("Count", 3), new("Wait", TimeSpan.FromSeconds(1.5)), new("IsOn", true), new("None", null), new("{OriginalFormat}", "x {Tenant}")];

    [Fact]
    public void A_line_of_JSON_has_the_time_the_level_the_event_and_every_field()
    {
        FakeClock clock = new();
        LoggerExternalScopeProvider scopes = new();
        using IDisposable scope = scopes.Push(new KeyValuePair<string, object?>[] { new("RequestId", "r1"), new("RequestPath", "/api/status/acme/ann/login") });
        string text = Write(new JsonLines(clock), LogLevel.Warning, Fields, new InvalidOperationException("broken"), scopes);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        JsonElement line = JsonDocument.Parse(text).RootElement;
        Assert.Equal(clock.GetUtcNow(), line.GetProperty("time").GetDateTimeOffset());
        Assert.EndsWith("Z", line.GetProperty("time").GetString(), StringComparison.Ordinal);
        Assert.Equal(("warning", "Headgate.Test", 7, "Happened", "it \"happened\"\nso"),
            (line.GetProperty("level").GetString(), line.GetProperty("category").GetString(), line.GetProperty("event_id").GetInt32(), line.GetProperty("event").GetString(), line.GetProperty("message").GetString()));
        Assert.Contains("broken", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
        JsonElement fields = line.GetProperty("fields");
        Assert.Equal(("a\"b\n", 3, "00:00:01.5000000", true), (fields.GetProperty("Tenant").GetString(), fields.GetProperty("Count").GetInt32(), fields.GetProperty("Wait").GetString(), fields.GetProperty("IsOn").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, fields.GetProperty("None").ValueKind);
        Assert.False(fields.TryGetProperty("{OriginalFormat}", out _));
        Assert.Equal("r1", line.GetProperty("scopes").GetProperty("RequestId").GetString());
        Assert.DoesNotContain("ann", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_text_is_one_line_whatever_is_logged()
    {
        FakeClock clock = new();
        string time = clock.GetUtcNow().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"{time} warning Headgate.Test: it \"happened\" so{Environment.NewLine}", Write(new TextLines(clock), LogLevel.Warning, Fields, null, null));
        Assert.Equal($"{time} Headgate.Test: it \"happened\" so{Environment.NewLine}", Write(new TextLines(clock), LogLevel.Information, Fields, null, null));
    }

    private static string Write(ConsoleFormatter formatter, LogLevel level, KeyValuePair<string, object?>[] state, Exception? exception, IExternalScopeProvider? scopes)
    {
        using StringWriter text = new();
        formatter.Write(new LogEntry<KeyValuePair<string, object?>[]>(level, "Headgate.Test", new EventId(7, "Happened"), state, exception, (_, _) => "it \"happened\"\nso"), scopes, text);
        return text.ToString();
    }
}
