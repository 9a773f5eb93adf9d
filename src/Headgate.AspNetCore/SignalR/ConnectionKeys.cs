using Headgate.AspNetCore.Identity;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.SignalR;

/// <summary>Who connects, as policies tell callers apart. For one set of policies; thread-safe.</summary>
internal sealed class ConnectionKeys(PolicySnapshot snapshot, IdentityOptions options)
{
    private readonly CallerIdentity _identity = new(snapshot.Forwarded, snapshot.ApiKeys, options);

    public PolicySnapshot Snapshot => snapshot;

    /// <summary>What connecting asks of the policies; a connection that came by no request is nobody's.</summary>
    public PolicyCharge[] ChargesOf(PolicyGroup group, HttpContext? request)
    {
        PolicyCharge[] all = new PolicyCharge[group.Policies.Length];
        for (int i = 0; i < all.Length; i++)
        {
            ActivePolicy policy = group.Policies[i];
            string key = request is null ? PartitionKey.Nobody : _identity.KeysOf(policy.Definition.Key).KeyOf(request);
            all[i] = new PolicyCharge(policy.Name, key, policy.ExemptKeys.Contains(key) ? 0 : 1);
        }

        return all;
    }
}
