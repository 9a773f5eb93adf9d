namespace Headgate.AspNetCore;

/// <summary>An endpoint whose requests neither take a place nor wait for one: health checks, and what stays open for long.</summary>
public interface IDisableHeadgateAdmission;

/// <summary>Requests of this controller or action neither take a place nor wait for one.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class DisableHeadgateAdmissionAttribute : Attribute, IDisableHeadgateAdmission;
