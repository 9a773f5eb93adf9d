using System.Collections.Immutable;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Access;

/// <summary>What is to become a key. Checked by <see cref="KeyChanges.CreateAsync"/>.</summary>
/// <param name="Name">What people call it: 1 to 100 characters, none of them a control character.</param>
/// <param name="Role">What its holder may do.</param>
/// <param name="Tenant">The one tenant that it is good for; null for all. An administrator's key is for all.</param>
/// <param name="Lifetime">How long it is good for, at most ten years; null for ever.</param>
internal sealed record NewKey(string Name, KeyRole Role, string? Tenant = null, TimeSpan? Lifetime = null);

/// <summary>Makes, rotates and deletes keys: for routes, and for a command on the data of a service that does not run. Thread-safe.</summary>
/// <param name="change">Keeps a change: the version in force is worked on in its turn.</param>
/// <param name="clock">Says when a key was made and until when it is good.</param>
internal sealed class KeyChanges(KeyChanges.Change change, TimeProvider clock)
{
    public const int MaxNameLength = 100;
    public const int MaxKeys = 10_000;

    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(3_653);
    public static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);

    /// <summary>Changes the configuration, as <see cref="ConfigBook"/> does.</summary>
    public delegate Task<ServiceConfig> Change(string what, Func<ServiceConfig, ImmutableArray<ConfigEdit>> plan, CancellationToken ct);

    /// <summary>Makes a key. Its secret is returned here and never again.</summary>
    /// <exception cref="RequestRefusal">400: a field is wrong; 409: there are as many as there can be.</exception>
    public async Task<(AccessKey Key, string Secret)> CreateAsync(NewKey wanted, CancellationToken ct)
    {
        Check(wanted);
        string id = KeySecret.NewId();
        string secret = KeySecret.New(id);
        DateTimeOffset now = clock.GetUtcNow();
        AccessKey key = new()
        {
            Id = id,
            Name = wanted.Name,
            Role = wanted.Role,
            Tenant = wanted.Tenant,
            Hash = KeySecret.Hash(secret),
            CreatedAt = now,
            ExpiresAt = now + wanted.Lifetime,
        };
        ServiceConfig config = await change($"create key {id} ({wanted.Name}), {NodeNames.Of(wanted.Role)}{(wanted.Tenant is null ? "" : $" for tenant {wanted.Tenant}")}", current =>
        {
            if (current.Keys.Count >= MaxKeys) throw new RequestRefusal(409, $"there are {current.Keys.Count} keys; there can be at most {MaxKeys}. Delete some that are used no more.");
            return [new ConfigEdit(NodeAddress.OfKey(id), null, key)];
        }, ct).ConfigureAwait(false);
        return (config.Keys[id], secret);
    }

    /// <summary>Gives a key another secret, returned here and never again.</summary>
    /// <param name="id">Which key.</param>
    /// <param name="grace">How long the secret that it has now is good as well, 0 to 30 days; the one before that is good no more.</param>
    /// <param name="check">What else must hold; may refuse.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="RequestRefusal">404: there is no such key.</exception>
    public async Task<(AccessKey Key, string Secret)> RotateAsync(string id, TimeSpan grace, Action<ServiceConfig>? check, CancellationToken ct)
    {
        string secret = KeySecret.New(id);
        ServiceConfig config = await change($"rotate key {id}", current =>
        {
            AccessKey key = Known(current, id);
            check?.Invoke(current);
            AccessKey rotated = key with
            {
                Hash = KeySecret.Hash(secret),
                PreviousHash = grace > TimeSpan.Zero ? key.Hash : null,
                PreviousUntil = grace > TimeSpan.Zero ? clock.GetUtcNow() + grace : null,
            };
            return [new ConfigEdit(NodeAddress.OfKey(id), key, rotated)];
        }, ct).ConfigureAwait(false);
        return (config.Keys[id], secret);
    }

    /// <summary>Deletes a key: it is good for nothing from the next request on.</summary>
    /// <exception cref="RequestRefusal">404: there is no such key; what <paramref name="check"/> throws.</exception>
    public Task DeleteAsync(string id, Action<ServiceConfig>? check, CancellationToken ct) => change($"delete key {id}", current =>
    {
        AccessKey key = Known(current, id);
        check?.Invoke(current);
        return [new ConfigEdit(NodeAddress.OfKey(id), key, null)];
    }, ct);

    /// <summary>True if somebody may administer with one of these keys.</summary>
    public static bool HasAdmin(ServiceConfig config, DateTimeOffset now) =>
        config.Keys.Values.Any(key => key.Role == KeyRole.Admin && !(key.ExpiresAt <= now));

    /// <summary>Refuses a change after which nobody could administer a service that needs keys.</summary>
    /// <exception cref="RequestRefusal">409.</exception>
    public static void KeepAdmin(KeyPolicy policy, ServiceConfig current, ImmutableArray<ConfigEdit> edits, DateTimeOffset now)
    {
        if (policy is not { IsRequired: true, First: null } || !HasAdmin(current, now)) return;
        ImmutableDictionary<string, AccessKey>.Builder keys = current.Keys.ToBuilder();
        foreach (ConfigEdit edit in edits)
        {
            if (edit.At.Kind != NodeKind.Key) continue;
            if (edit.After is AccessKey key) keys[key.Id] = key;
            else keys.Remove(edit.At.KeyId!);
        }

        if (!HasAdmin(current with { Keys = keys.ToImmutable() }, now))
            throw new RequestRefusal(409, "no admin key would be left, and keys are needed here: nobody could administer the service any more. Create another admin key first.");
    }

    public static AccessKey Known(ServiceConfig config, string id) => config.Keys.GetValueOrDefault(id)
        ?? throw RequestRefusal.Unknown("there is no key of that id. GET /api/keys lists those that there are.");

    private static void Check(NewKey wanted)
    {
        if (wanted.Name.Length is 0 or > MaxNameLength)
            throw RequestRefusal.Bad("name", wanted.Name, $"name has {wanted.Name.Length} characters; it must have 1 to {MaxNameLength}. Say who has the key, and what for.");
        if (wanted.Name.Any(Printable.Breaks)) throw RequestRefusal.Bad("name", null, "name has control characters; it must be of one line. Leave them out.");
        if (wanted.Role == KeyRole.Admin && wanted.Tenant is not null)
            throw RequestRefusal.Bad("tenant_id", wanted.Tenant, "tenant_id is given and role is admin; an administrator's key is for all tenants. Leave tenant_id away, or use the role configure.");
        if (wanted.Tenant is not null && IdRules.Refuse("tenant_id", wanted.Tenant) is { } refused) throw RequestRefusal.Bad("tenant_id", wanted.Tenant, refused);
        if (wanted.Lifetime is { } lifetime && (lifetime <= TimeSpan.Zero || lifetime > LongestLifetime))
            throw RequestRefusal.Bad("expires_in_seconds", $"{lifetime.TotalSeconds}", $"expires_in_seconds must be above 0 and at most {LongestLifetime.TotalSeconds}, ten years. Leave it away for a key that does not expire.");
    }
}
