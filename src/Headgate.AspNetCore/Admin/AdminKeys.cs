using Headgate.Extensions;
using Headgate.Extensions.Policies;

namespace Headgate.AspNetCore.Admin;

/// <summary>What a key has consumed: looked at and forgotten. Asks the store itself: an administrator wants the truth, or to hear that there is none.</summary>
internal sealed class AdminKeys(RateLimitPolicies policies)
{
    /// <summary>The states of a key in every policy, or in one. Consumes nothing.</summary>
    public async Task<KeyStats> StatsAsync(string key, string? policy, long cost, CancellationToken ct)
    {
        List<KeyState> states = [];
        foreach (ActivePolicy active in Chosen(policy))
        {
            int before = states.Count;
            KeyState? untouched = null;
            foreach (string candidate in Candidates(active.Definition, key))
            {
                KeyState state = await StateAsync(active, candidate, cost, ct).ConfigureAwait(false);
                if (state.ResetAfterSeconds > 0) states.Add(state);
                // The value of the policy's first source stands for one that has consumed nothing.
                else if (untouched is null || untouched.Key == key) untouched = state;
            }

            if (states.Count == before) states.Add(untouched!);
        }

        return new KeyStats(key, states);
    }

    /// <summary>Forgets a key in every policy, or in one. Answers which had consumed something.</summary>
    public async Task<ResetAnswer> ResetAsync(string key, string? policy, CancellationToken ct)
    {
        List<PolicyKey> reset = [];
        foreach (ActivePolicy active in Chosen(policy))
        {
            foreach (string candidate in Candidates(active.Definition, key))
            {
                if ((await StateAsync(active, candidate, 1, ct).ConfigureAwait(false)).ResetAfterSeconds == 0) continue;
                // By the limiter, so that whoever waits for the key hears of it.
                await active.LimitOf(candidate).Limiter.ResetAsync(candidate, ct).ConfigureAwait(false);
                reset.Add(new PolicyKey(active.Name, candidate));
            }
        }

        return new ResetAnswer(key, reset);
    }

    private IEnumerable<ActivePolicy> Chosen(string? policy) =>
        policies.Current.Policies.Values.Where(one => policy is null || one.Name == policy).OrderBy(one => one.Name, StringComparer.Ordinal);

    /// <summary>The key as it is, and as a value of each source by which the policy tells callers apart.</summary>
    private static IEnumerable<string> Candidates(RateLimitPolicy policy, string key)
    {
        yield return key;
        foreach (IReadOnlyList<KeySource> part in policy.Key.Parts)
        {
            if (part is not [var source]) continue;
            // The one key that all share has no value, and is not meant by anybody's.
            if (source.Kind == KeyKind.Global)
            {
                if (key == "global") yield return PartitionKey.Of(source, "");
            }
            else if (!key.StartsWith(source.Prefix, StringComparison.Ordinal))
            {
                yield return PartitionKey.Of(source, key);
            }
        }
    }

    private async ValueTask<KeyState> StateAsync(ActivePolicy active, string key, long cost, CancellationToken ct)
    {
        Limit limit = active.LimitOf(key).Declared;
        Decision seen = await policies.Store.PeekAsync(new[] { new Charge(key, limit, cost) { Namespace = active.Name } }, ct).ConfigureAwait(false);
        if (seen.Source is not (DecisionSource.Store or DecisionSource.DenyCache))
            throw new StoreUnavailableException("the store did not answer, and what a key has consumed is known there alone. Try again when it is back.");
        return new KeyState
        {
            Policy = active.Name,
            Key = key,
            Limits = RuleLimits.Texts(active.Name, limit),
            Limit = seen.Limit,
            Remaining = seen.Remaining,
            Consumed = Math.Max(0, seen.Limit - seen.Remaining),
            Allowed = seen.IsAllowed,
            RetryAfterSeconds = seen.RetryAfter == Timeout.InfiniteTimeSpan ? null : seen.RetryAfter.TotalSeconds,
            ResetAfterSeconds = seen.ResetAfter.TotalSeconds,
            DecidedBy = seen.DecidedBy,
            Exempt = active.ExemptKeys.Contains(key),
            Shadow = active.Definition.Shadow,
        };
    }
}
