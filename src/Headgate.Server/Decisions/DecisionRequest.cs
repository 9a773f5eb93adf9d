namespace Headgate.Server.Decisions;

/// <summary>What a caller asks: may this client of this tenant do this now. Checked: ids are within <see cref="Tenants.IdRules"/>, cost is 0 or more.</summary>
/// <param name="Tenant">tenant_id.</param>
/// <param name="Client">client_id.</param>
/// <param name="Action">action_type.</param>
/// <param name="Cost">cost, 1 without; 0 looks and takes nothing.</param>
/// <param name="MaxRequests">The caller's own number, for what is not configured.</param>
/// <param name="Window">The caller's own window.</param>
internal readonly record struct DecisionRequest(string Tenant, string Client, string Action, long Cost = 1, long? MaxRequests = null, TimeSpan? Window = null);
