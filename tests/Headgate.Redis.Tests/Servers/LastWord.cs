using Microsoft.Extensions.Logging;

namespace Headgate.Redis.Tests.Servers;

/// <summary>The last thing a store logged, for a failed test's message: an error of a script has the line in it.</summary>
internal sealed class LastWord : ILogger
{
    private string _text = "";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Volatile.Write(ref _text, $"{formatter(state, exception)} {exception?.Message}");

    public override string ToString() => Volatile.Read(ref _text);
}
