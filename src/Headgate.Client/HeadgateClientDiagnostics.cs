namespace Headgate.Client;

/// <summary>Names of what the client reports through <see cref="System.Diagnostics.Metrics"/>. No id, key or address is ever a tag.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>instrument</term><description>meaning</description></listheader>
/// <item><term>headgate.client.checks {check}</term><description>checks, by <c>source</c> (service, deny_cache, fail_open, fail_closed, fail_local) and <c>outcome</c> (allowed, denied, rejected, timed_out, unavailable)</description></item>
/// <item><term>headgate.client.call.duration s</term><description>calls to the service, repetitions included, by <c>operation</c> and <c>outcome</c> (answered, refused, failed)</description></item>
/// <item><term>headgate.client.retries {retry}</term><description>repetitions, by <c>operation</c></description></item>
/// <item><term>headgate.client.breaks {break}</term><description>times that an endpoint was left alone</description></item>
/// </list>
/// <para><c>operation</c> is one of check, batch, all, status, release, renew, configuration, health.</para>
/// </remarks>
public static class HeadgateClientDiagnostics
{
    /// <summary>The meter's name: <c>Headgate.Client</c>.</summary>
    public const string MeterName = "Headgate.Client";
}
