namespace Headgate;

/// <summary>Names of what Headgate reports through <see cref="System.Diagnostics.Metrics"/>. No key is ever a tag.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>instrument</term><description>meaning</description></listheader>
/// <item><term>headgate.decisions {decision}</term><description>decisions, by <c>policy</c> and <c>outcome</c> (allowed, denied, impossible, shadow_denied)</description></item>
/// <item><term>headgate.decision.duration s</term><description>time of one decision, by <c>policy</c></description></item>
/// <item><term>headgate.keys {key}</term><description>keys the memory stores of this process hold</description></item>
/// <item><term>headgate.evictions {key}</term><description>live keys dropped because a store was full</description></item>
/// <item><term>headgate.waits {wait}</term><description>ended waits, by <c>policy</c> and <c>outcome</c> (admitted, refused, cancelled)</description></item>
/// <item><term>headgate.wait.duration s</term><description>time spent waiting, by <c>policy</c> and <c>outcome</c></description></item>
/// </list>
/// </remarks>
public static class HeadgateDiagnostics
{
    /// <summary>The meter's name: <c>Headgate</c>.</summary>
    public const string MeterName = "Headgate";
}
