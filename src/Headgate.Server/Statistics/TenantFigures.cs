namespace Headgate.Server.Statistics;

/// <summary>What became of a tenant's requests for decisions. Each is one of them, but for <see cref="Queued"/>, which are among the first three.</summary>
/// <param name="Allowed">Admitted.</param>
/// <param name="Denied">Refused until later.</param>
/// <param name="Impossible">Refused for ever: the cost is above the limit.</param>
/// <param name="Queued">Waited for their turn and were decided then.</param>
/// <param name="Rejected">Not decided: the tenant's queue was full.</param>
/// <param name="TimedOut">Not decided: waited for as long as a request may.</param>
/// <param name="Failed">Not decided: an error, or a store that did not answer.</param>
internal readonly record struct TenantFigures(long Allowed, long Denied, long Impossible, long Queued, long Rejected, long TimedOut, long Failed);
