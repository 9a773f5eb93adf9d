namespace Headgate.Cli.Simulate.Input;

/// <summary>What a limit needs to know of a line: whose request, when, and what it costs.</summary>
/// <param name="Time">Microseconds since 1970.</param>
/// <param name="Cost">Permits, 0 or more.</param>
/// <param name="Key">The number of the key in the <see cref="KeyTable"/>.</param>
internal readonly record struct LogEvent(long Time, long Cost, int Key);
