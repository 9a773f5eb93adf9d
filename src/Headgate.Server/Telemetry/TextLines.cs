using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Headgate.Server.Telemetry;

/// <summary>A line for people: <c>17:08:57 warning Headgate.Redis: Redis does not answer.</c></summary>
internal sealed class TextLines(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "headgate-text";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(clock.GetUtcNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        textWriter.Write(' ');
        // Most lines are information; what is not stands out by saying so.
        if (logEntry.LogLevel != LogLevel.Information) textWriter.Write($"{LevelNames.Of(logEntry.LogLevel)} ");
        textWriter.Write($"{logEntry.Category}: ");
        textWriter.WriteLine(OneLine(message));
        if (logEntry.Exception is not null) textWriter.WriteLine(logEntry.Exception);
    }

    /// <summary>Nobody forges a line by what is logged of a request.</summary>
    private static string OneLine(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\u001f') ? string.Concat(text.Select(c => c < ' ' ? ' ' : c)) : text;
}
