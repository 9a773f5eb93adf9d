using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Observability;

/// <summary>Writes down what is logged, from a level on.</summary>
internal sealed class LogRecorder(LogLevel from = LogLevel.Information) : ILogger, ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly List<Line> _lines = [];

    public sealed record Line(LogLevel Level, EventId Event, string Text, IReadOnlyList<KeyValuePair<string, object?>> Fields)
    {
        public object? this[string field] => Fields.Single(pair => pair.Key == field).Value;
    }

    public LogLevel From { get; set; } = from;

    /// <summary>What a logger does that is broken.</summary>
    public Exception? Throws { get; set; }

    public string? Category { get; private set; }

    public IReadOnlyList<Line> Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    public IReadOnlyList<Line> Of(string name) => [.. Lines.Where(line => line.Event.Name == name)];

    public bool IsEnabled(LogLevel logLevel) => logLevel >= From;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Throws is { } broken) throw broken;
        Line line = new(logLevel, eventId, formatter(state, exception), [.. (IReadOnlyList<KeyValuePair<string, object?>>)state!]);
        lock (_gate) _lines.Add(line);
    }

    public ILogger CreateLogger(string categoryName)
    {
        Category = categoryName;
        return this;
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
        // Nothing is held.
    }
}
