namespace Headgate.AspNetCore;

/// <summary>
/// Takes a controller or an action out of all limits that stand around it and of those of the whole application. What the action itself
/// asks for below it still counts.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class DisableHeadgateAttribute : Attribute, IDisableHeadgate;
