namespace Headgate.AspNetCore;

/// <summary>Names of what the ASP.NET Core front reports. A key is never a tag; logs and traces name a caller by a hash of its key.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>instrument</term><description>meaning</description></listheader>
/// <item><term>headgate.http.requests {request}</term><description>requests by <c>policy</c> and <c>outcome</c> (allowed, denied, impossible, shadow_denied, unavailable, fail_open, exempt, cancelled, invalid)</description></item>
/// <item><term>headgate.http.request.queued {request}</term><description>requests that wait now, by <c>policy</c></description></item>
/// <item><term>headgate.http.request.time_in_queue s</term><description>time that a request waited, by <c>policy</c> and <c>outcome</c></description></item>
/// <item><term>headgate.http.request.delay s</term><description>time for which an admitted request was held back, by <c>policy</c></description></item>
/// <item><term>headgate.http.leases {lease}</term><description>requests that hold permits of a concurrency limit now, by <c>policy</c></description></item>
/// <item><term>headgate.http.lease.duration s</term><description>time that a request held them, by <c>policy</c></description></item>
/// <item><term>headgate.http.admission.requests {request}</term><description>requests by <c>outcome</c> of admission (entered, queued, overflow, timed_out, cancelled)</description></item>
/// <item><term>headgate.http.admission.time_in_queue s</term><description>time that a request waited for its turn, by <c>outcome</c>; only of those that did</description></item>
/// <item><term>headgate.http.admission.active {request}</term><description>requests that hold a place now</description></item>
/// <item><term>headgate.http.admission.queued {request}</term><description>requests that wait for their turn now</description></item>
/// </list>
/// </remarks>
public static class HeadgateAspNetCoreDiagnostics
{
    /// <summary>The meter's name: <c>Headgate.AspNetCore</c>. It is made by the application's <see cref="System.Diagnostics.Metrics.IMeterFactory"/>.</summary>
    public const string MeterName = "Headgate.AspNetCore";

    /// <summary>
    /// The activity source's name: <c>Headgate.AspNetCore</c>. While somebody listens to it, the activity of a request is tagged with what was
    /// decided, and a decision that waits or asks a remote store has an activity of its own.
    /// </summary>
    public const string ActivitySourceName = "Headgate.AspNetCore";

    /// <summary>The category of what is logged on requests: <c>Headgate.AspNetCore.Requests</c>.</summary>
    public const string LogCategory = "Headgate.AspNetCore.Requests";
}
