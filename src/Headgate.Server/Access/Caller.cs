namespace Headgate.Server.Access;

/// <summary>Who asks: the holder of a key, or, where keys are off, anybody on this machine.</summary>
/// <param name="Name">For the history and the audit log: <c>key hg_3f9a (deploy)</c>, <c>loopback</c>. Printable, never a secret.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Tenant">The one tenant it may do it for; null for all.</param>
internal sealed record Caller(string Name, KeyRole Role, string? Tenant)
{
    /// <summary>The id of the key that was shown; null for none, and for the key that the service was started with.</summary>
    public string? KeyId { get; init; }

    /// <summary>Who needs no key.</summary>
    public static Caller Loopback { get; } = new("loopback", KeyRole.Admin, null);

    public bool MayDecide(string tenant) => Role is KeyRole.Decide or KeyRole.Admin && IsFor(tenant);

    public bool MayConfigure(string tenant) => Role is KeyRole.Configure or KeyRole.Admin && IsFor(tenant);

    private bool IsFor(string tenant) => Tenant is null || string.Equals(Tenant, tenant, StringComparison.Ordinal);
}
