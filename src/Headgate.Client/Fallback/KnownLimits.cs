namespace Headgate.Client.Fallback;

/// <summary>
/// Limits that this process has read or written through its own calls, for when the service is away. A fixed number of places, each overwritten by the next limit that
/// falls on it. Thread-safe.
/// </summary>
internal sealed class KnownLimits
{
    private const int Places = 4096;

    private readonly Known?[] _places = new Known?[Places];

    /// <summary>The client's own limit of an action, else the tenant's; null if neither is known.</summary>
    public Limit? Find(string tenant, string client, string action) => Find(new(tenant, client, action)) ?? Find(new(tenant, null, action));

    /// <param name="tenant">The tenant.</param>
    /// <param name="client">The client whose own limit it is; null for the tenant's.</param>
    /// <param name="action">The action.</param>
    /// <param name="limit">The limit; null if there is none any more.</param>
    public void Learn(string tenant, string? client, string action, Limit? limit)
    {
        Name name = new(tenant, client, action);
        ref Known? place = ref PlaceOf(name);
        if (limit is not null) Volatile.Write(ref place, new Known(name, limit));
        else if (Volatile.Read(ref place)?.Name == name) Volatile.Write(ref place, null);
    }

    private Limit? Find(Name name) => Volatile.Read(ref PlaceOf(name)) is { } known && known.Name == name ? known.Limit : null;

    private ref Known? PlaceOf(Name name) => ref _places[name.GetHashCode() & (Places - 1)];

    private readonly record struct Name(string Tenant, string? Client, string Action);

    private sealed record Known(Name Name, Limit Limit);
}
