namespace Headgate.Client;

/// <summary>Something configured, as it was when it was read. Immutable.</summary>
/// <param name="Value">What is configured.</param>
/// <param name="ETag">Its version, for <see cref="ChangeCondition.Unchanged"/>.</param>
/// <typeparam name="T">What it is.</typeparam>
public sealed record Versioned<T>(T Value, string ETag);
