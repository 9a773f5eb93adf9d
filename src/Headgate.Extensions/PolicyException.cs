namespace Headgate.Extensions;

/// <summary>Policies that cannot be: unknown, in use, too many. Nothing has changed.</summary>
/// <param name="message">What, the bound, and what to do.</param>
public sealed class PolicyException(string message) : InvalidOperationException(message);
