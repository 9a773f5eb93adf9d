namespace Headgate.Client;

/// <summary>A question: may this client of this tenant do this now. An immutable value.</summary>
/// <param name="Tenant">tenant_id: 1 to 128 UTF-16 characters, any well-formed text; compared ordinally.</param>
/// <param name="Client">client_id: 1 to 256 characters.</param>
/// <param name="Action">action_type: 1 to 128 characters.</param>
/// <param name="Cost">Permits to take, 0 or more; 1 by default. 0 looks and takes nothing.</param>
public readonly record struct CheckRequest(string Tenant, string Client, string Action, long Cost = 1)
{
    /// <summary>Permits a window where the service has no limit configured for the action: 1 or more; null for the service's default. A configured limit always wins.</summary>
    public long? MaxRequests { get; init; }

    /// <summary>The window that goes with <see cref="MaxRequests"/>, above zero, whole microseconds; null for the service's default.</summary>
    public TimeSpan? Window { get; init; }
}
