using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Admin;

/// <summary>Rules: the policies and the callers with a limit of their own, listed and changed. Thread-safe.</summary>
internal sealed class AdminRules(RateLimitPolicies policies, AdminOptions options)
{
    /// <summary>The most rules in one answer.</summary>
    public const int MaxRules = 10_000;

    /// <summary>A change is read, changed and set: no other administrator's comes between.</summary>
    private readonly Lock _changes = new();

    public RuleList List(string? policy, int skip, int take)
    {
        PolicySnapshot current = policies.Current;
        if (policy is not null) Known(policy);
        RateLimitPolicy[] chosen =
        [
            .. current.Policies.Values.Select(active => active.Definition).Where(one => policy is null || one.Name == policy).OrderBy(one => one.Name, StringComparer.Ordinal),
        ];
        IEnumerable<RuleView> rules = chosen.SelectMany(one => one.Overrides.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => ViewOf(one.Name, pair.Key, pair.Value)).Prepend(ViewOf(one)));
        return new RuleList(current.Version, chosen.Sum(one => 1 + one.Overrides.Count), [.. rules.Skip(skip).Take(take)]);
    }

    /// <summary>Creates or replaces a rule; true if there was none.</summary>
    public (RuleView Rule, bool IsNew) Set(RuleBody body)
    {
        lock (_changes)
        {
            string? policy = PolicyOf(body);
            return policy is null ? SetPolicy(body) : SetOverride(policy, body);
        }
    }

    /// <summary>Removes a caller's own limit or a policy.</summary>
    public RuleView Remove(string key, string? policy)
    {
        lock (_changes)
        {
            if (policy is null && policies.Find(key) is { } whole)
            {
                Allowed(() => policies.Remove(key));
                return ViewOf(whole);
            }

            RateLimitPolicy[] owners = [.. (policy is null ? policies.Policies : [Known(policy)]).Where(one => one.Overrides.ContainsKey(key))];
            if (owners.Length == 0) throw AdminRefusal.Unknown(policy is null ? "there is no rule of that key. GET rules lists them." : $"the policy '{policy}' has no rule of that key. GET rules lists them.");
            if (owners.Length > 1)
            {
                throw new AdminRefusal(StatusCodes.Status409Conflict,
                    $"{owners.Length} policies have a rule of that key: {Names(owners)}. Say which with ?policy=NAME.", "policy");
            }

            Allowed(() => policies.RemoveOverride(owners[0].Name, key));
            return ViewOf(owners[0].Name, key, owners[0].Overrides[key]);
        }
    }

    /// <summary>Gives a client a token bucket of its own. What was consumed of its bucket stays consumed.</summary>
    public RuleView Update(UpdateBody body)
    {
        TokenBucketLimit bucket = RuleLimits.Bucket(body.Capacity, body.RefillRate);
        lock (_changes)
        {
            string policy = body.Policy is { } named ? Known(named).Name : Implied()
                ?? throw AdminRefusal.Bad("policy", null, $"policy is missing, and there is not just one; it must be one of {Names(policies.Policies)}.");
            Limit limit = InPlace(policies.Current.Policies[policy].LimitOf(body.ClientId).Declared, bucket);
            Allowed(() => policies.SetOverride(policy, body.ClientId, limit));
            return OverrideOf(policy, body.ClientId);
        }
    }

    /// <summary>The policy of that name.</summary>
    public RateLimitPolicy Known(string policy) => policies.Find(policy)
        ?? throw AdminRefusal.Unknown($"there is no policy of that name; known are {Names(policies.Policies)}.");

    /// <summary>The policy in which a body sets a caller's limit; null if it sets a policy itself.</summary>
    private string? PolicyOf(RuleBody body)
    {
        switch (body.Kind)
        {
            case "policy":
                if (body.Policy is not null && body.Policy != body.Key) throw AdminRefusal.Bad("policy", body.Policy, "the policy of a rule of kind policy is its key. Leave policy away.");
                return null;
            case "override" or null:
                if (body.Policy is { } named) return Known(named).Name;
                if (body.Kind is null && policies.Find(body.Key) is not null) return null;
                if (Implied() is { } implied) return implied;
                return body.Kind is null ? null : throw AdminRefusal.Bad("policy", null, $"policy is missing; it must be one of {Names(policies.Policies)}.");
            default:
                throw AdminRefusal.Bad("kind", body.Kind, "kind must be policy or override.");
        }
    }

    private string? Implied()
    {
        if (options.DefaultPolicy is { } chosen) return Known(chosen).Name;
        return policies.Policies is { Count: 1 } all ? all.First().Name : null;
    }

    private (RuleView Rule, bool IsNew) SetPolicy(RuleBody body)
    {
        Limit limit = RuleLimits.Read(body);
        RateLimitPolicy? former = policies.Find(body.Key);
        RateLimitPolicy policy;
        try
        {
            policy = RulePolicy.With(former?.WithLimit(limit) ?? new RateLimitPolicy(body.Key, limit), body);
        }
        catch (ArgumentException refused)
        {
            throw AdminRefusal.Bad("key", body.Key, refused);
        }

        Allowed(() => policies.Set(policy));
        return (ViewOf(policy), former is null);
    }

    private (RuleView Rule, bool IsNew) SetOverride(string policy, RuleBody body)
    {
        RulePolicy.RefuseFieldsOfPolicies(body);
        Limit limit = RuleLimits.Read(body);
        bool isNew = !Known(policy).Overrides.ContainsKey(body.Key);
        Allowed(() => policies.SetOverride(policy, body.Key, limit));
        return (OverrideOf(policy, body.Key), isNew);
    }

    /// <summary>A caller's limit with another bucket: the only one of several limits takes the place of the old one, else it is all there is.</summary>
    private static Limit InPlace(Limit limit, TokenBucketLimit bucket)
    {
        if (limit is not CompositeLimit { Name: null } all || all.Limits.Count(part => part is TokenBucketLimit) != 1) return bucket with { Name = limit is TokenBucketLimit ? limit.Name : null };
        return Limit.AllOf([.. all.Limits.Select(part => part is TokenBucketLimit ? bucket with { Name = part.Name, Shadow = part.Shadow } : part)]) with { Shadow = all.Shadow };
    }

    private static void Allowed(Action change)
    {
        try
        {
            change();
        }
        catch (Exception refused) when (refused is PolicyException or ArgumentException)
        {
            throw new AdminRefusal(StatusCodes.Status409Conflict, refused.Message);
        }
    }

    private RuleView OverrideOf(string policy, string key) => ViewOf(policy, key, policies.Find(policy)!.Overrides[key]);

    private static RuleView ViewOf(string policy, string key, Limit limit) =>
        new() { Key = key, Policy = policy, Kind = "override", Limits = RuleLimits.Texts(policy, limit) };

    private static RuleView ViewOf(RateLimitPolicy policy) => new()
    {
        Key = policy.Name,
        Policy = policy.Name,
        Kind = "policy",
        Limits = RuleLimits.Texts(policy.Name, policy.Limit),
        KeySources = [.. policy.Key.Texts()],
        Cost = policy.Cost.ToString(),
        Shadow = policy.Shadow,
        OnStoreFailure = policy.OnStoreFailure is { } mode ? RulePolicy.Text(mode) : null,
        MaxWaitSeconds = RulePolicy.Seconds(policy.MaxWait),
        QueueLimit = policy.QueueLimit,
    };

    private static string Names(IEnumerable<RateLimitPolicy> some)
    {
        string[] names = [.. some.Select(one => one.Name).Order(StringComparer.Ordinal)];
        return names.Length == 0 ? "none" : string.Join(", ", names.Take(50)) + (names.Length > 50 ? $" and {names.Length - 50} more" : "");
    }
}
