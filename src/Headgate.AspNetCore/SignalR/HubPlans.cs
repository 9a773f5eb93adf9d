using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Threading.Channels;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.SignalR;

namespace Headgate.AspNetCore.SignalR;

/// <summary>The plans of the application's hub methods, worked out once each. There are as many as methods. Thread-safe.</summary>
internal sealed class HubPlans(HubLimitOptions options, RateLimitPolicies policies)
{
    private readonly ConcurrentDictionary<(Type Hub, string Method), HubPlan> _plans = new();

    public HubPlan OfConnecting { get; } = new("OnConnectedAsync", options.Connecting, streams: false);

    public HubPlan Of(HubInvocationContext invocation)
    {
        Type hub = invocation.Hub.GetType();
        return _plans.TryGetValue((hub, invocation.HubMethodName), out HubPlan? known)
            ? known
            : _plans.GetOrAdd((hub, invocation.HubMethodName), Plan(hub, invocation.HubMethodName, invocation.HubMethod));
    }

    private HubPlan Plan(Type hub, string name, MethodInfo method)
    {
        // From the farthest to the nearest: what comes later takes the place of what counts the same.
        List<HubCharge> charges = [];
        IEnumerable<HubCharge> ofHub = hub.GetCustomAttributes<HubLimitAttribute>(inherit: true).Select(ChargeOf);
        IEnumerable<HubCharge> ofMethod = method.GetCustomAttributes<HubLimitAttribute>(inherit: true).Select(ChargeOf);
        IEnumerable<HubCharge> byName = options.Methods
            .Where(one => one.Method.Equals(name, StringComparison.OrdinalIgnoreCase) || one.Method.Equals($"{hub.Name}.{name}", StringComparison.OrdinalIgnoreCase))
            .Select(one => one.Charge);
        foreach (HubCharge charge in options.Everywhere.Concat(ofHub).Concat(ofMethod).Concat(byName))
        {
            charges.RemoveAll(charge.Replaces);
            charges.Add(charge);
        }

        HubPlan.Require(policies, $"the hub method {hub.Name}.{name}", charges);
        return new HubPlan($"{hub.Name}.{name}", charges, IsStream(method.ReturnType));
    }

    private static HubCharge ChargeOf(HubLimitAttribute limit) => new(limit.Policy, limit.Key, limit.PerMethod, limit.Cost);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "SignalR looks for the same interface of the same types, and so keeps it.")]
    private static bool IsStream(Type type)
    {
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))) type = type.GetGenericArguments()[0];
        for (Type? one = type; one is not null; one = one.BaseType)
        {
            if (one.IsGenericType && one.GetGenericTypeDefinition() == typeof(ChannelReader<>)) return true;
        }

        return IsSequence(type) || Array.Exists(type.GetInterfaces(), IsSequence);
    }

    private static bool IsSequence(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);
}
