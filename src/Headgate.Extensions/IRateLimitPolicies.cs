namespace Headgate.Extensions;

/// <summary>The policies of the application: to ask, and to change while it runs. Thread-safe.</summary>
/// <remarks>
/// <para>What is changed here lies above what code and configuration say, and stays until it is changed again or the application ends.
/// A change is in force with the next decision; what was consumed stays consumed. A change that cannot be is refused whole.</para>
/// </remarks>
public interface IRateLimitPolicies
{
    /// <summary>Counts changes: greater after each one that was taken over.</summary>
    long Version { get; }

    /// <summary>The policies in force, by name. A snapshot.</summary>
    IReadOnlyCollection<RateLimitPolicy> Policies { get; }

    /// <summary>A policy in force, or null.</summary>
    RateLimitPolicy? Find(string name);

    /// <summary>Creates or replaces a policy.</summary>
    /// <exception cref="PolicyException">There are too many.</exception>
    void Set(RateLimitPolicy policy);

    /// <summary>Removes a policy; false if there is none of that name.</summary>
    /// <exception cref="PolicyException">An endpoint or a route uses it.</exception>
    bool Remove(string name);

    /// <summary>Gives one caller of a policy a limit of its own, or another one. Reloads of the configuration keep it.</summary>
    /// <param name="policy">The name of the policy.</param>
    /// <param name="key">Whose limit: a value (<c>vip-42</c>), or a source and a value (<c>api_key:vip-42</c>).</param>
    /// <param name="limit">The limit.</param>
    /// <exception cref="PolicyException">There is no such policy, or it has too many overrides.</exception>
    void SetOverride(string policy, string key, Limit limit);

    /// <summary>Takes a caller's own limit away; false if it has none.</summary>
    /// <exception cref="PolicyException">There is no such policy.</exception>
    bool RemoveOverride(string policy, string key);

    /// <summary>Charges one policy.</summary>
    /// <param name="policy">The name of the policy.</param>
    /// <param name="key">Whose permits.</param>
    /// <param name="cost">Permits, 0 or more.</param>
    /// <param name="ct">Cancels the wait for the store's answer.</param>
    /// <exception cref="PolicyException">There is no such policy.</exception>
    ValueTask<Decision> AcquireAsync(string policy, string key, long cost = 1, CancellationToken ct = default);

    /// <summary>Charges several policies as one decision: all or none.</summary>
    /// <param name="charges">1 to 32; no policy twice.</param>
    /// <param name="ct">Cancels the wait for the store's answer.</param>
    /// <exception cref="PolicyException">There is no such policy.</exception>
    ValueTask<Decision> AcquireAsync(ReadOnlyMemory<PolicyCharge> charges, CancellationToken ct = default);

    /// <summary>What a charge would be answered now. Changes nothing.</summary>
    /// <inheritdoc cref="AcquireAsync(string, string, long, CancellationToken)"/>
    ValueTask<Decision> PeekAsync(string policy, string key, long cost = 1, CancellationToken ct = default);

    /// <summary>Forgets what a caller consumed of a policy.</summary>
    /// <exception cref="PolicyException">There is no such policy.</exception>
    ValueTask ResetAsync(string policy, string key, CancellationToken ct = default);
}
