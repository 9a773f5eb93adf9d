using Headgate.AspNetCore.SignalR;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore;

/// <summary>
/// Limits invocations of hub methods, and connecting. A refusal is a <see cref="HubException"/>, as SignalR has it: its message says when to
/// try again, and the connection stays. Thread-safe.
/// </summary>
/// <remarks><c>AddSignalR().AddHeadgate("policy")</c> puts it before every hub.</remarks>
public sealed class HeadgateHubFilter : IHubFilter
{
    private static readonly object LeaseOfConnection = new();

    private readonly HeadgateServices _services;
    private readonly HubPlans _plans;
    private ConnectionKeys? _connectionKeys;

    /// <summary>A filter. Applications need not make one: SignalR does.</summary>
    /// <param name="services">The application's services.</param>
    /// <exception cref="InvalidOperationException"><c>AddSignalR().AddHeadgate()</c> has not been called.</exception>
    public HeadgateHubFilter(IServiceProvider services)
    {
        _services = HeadgateServices.Of(services);
        _plans = services.GetService<HubPlans>() ?? throw new InvalidOperationException("No hub is limited. Call AddSignalR().AddHeadgate(...) before the application is built.");
    }

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        ArgumentNullException.ThrowIfNull(invocationContext);
        ArgumentNullException.ThrowIfNull(next);
        HubPlan plan = _plans.Of(invocationContext);
        if (plan.IsEmpty) return await next(invocationContext).ConfigureAwait(false);
        PolicyGroup group = plan.GroupOf(_services.Policies);
        PolicyCharge[] charges = plan.ChargesOf(group, invocationContext.Context);
        ConcurrencyLease? lease = await EnterAsync(group, invocationContext.HubMethodName, charges, invocationContext.Context.ConnectionAborted).ConfigureAwait(false);
        if (lease is null) return await next(invocationContext).ConfigureAwait(false);
        if (plan.Streams)
        {
            // SignalR ends the scope of an invocation when its stream has ended, however that comes about.
            invocationContext.ServiceProvider.GetRequiredService<HubLeaseHolder>().Hold(lease);
            return await next(invocationContext).ConfigureAwait(false);
        }

        await using (lease.ConfigureAwait(false)) return await next(invocationContext).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        HubPlan plan = _plans.OfConnecting;
        ConcurrencyLease? lease = null;
        if (!plan.IsEmpty)
        {
            PolicySnapshot current = _services.Policies.Current;
            PolicyGroup group = plan.GroupOf(_services.Policies);
            lease = await EnterAsync(group, "Connecting", KeysOf(current).ChargesOf(group, context.Context.GetHttpContext()), context.Context.ConnectionAborted).ConfigureAwait(false);
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception) when (lease is not null)
        {
            // Who was not connected is not told to have been disconnected.
            await lease.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (lease is not null) context.Context.Items[LeaseOfConnection] = lease;
    }

    /// <inheritdoc/>
    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        try
        {
            await next(context, exception).ConfigureAwait(false);
        }
        finally
        {
            if (context.Context.Items.Remove(LeaseOfConnection, out object? held)) await ((ConcurrencyLease)held!).DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Null if permits were taken that nobody holds.</summary>
    /// <exception cref="HubException">They were refused.</exception>
    private async ValueTask<ConcurrencyLease?> EnterAsync(PolicyGroup group, string what, PolicyCharge[] charges, CancellationToken ct)
    {
        // An answer that is not waited for is not cancelled either: what was charged or is held would be so and nobody know.
        if (group.MaxWait == TimeSpan.Zero) ct = CancellationToken.None;
        ConcurrencyLease? lease = null;
        Decision decision;
        if (group.HoldsPermits)
        {
            lease = await group.EnterAsync(charges, ct).ConfigureAwait(false);
            decision = lease.Decision;
        }
        else if (group.MaxWait > TimeSpan.Zero) decision = await group.WaitAsync(charges, ct).ConfigureAwait(false);
        else decision = await group.AcquireAsync(charges, ct).ConfigureAwait(false);

        PolicyCharge decider = charges[DeciderOf(group, charges, decision)];
        _services.Refusals.Add(decider.Policy, decider.Key, decision);
        return decision.IsAllowed ? lease : throw HubRefusal.Of(what, decider, decision);
    }

    private static int DeciderOf(PolicyGroup group, PolicyCharge[] charges, in Decision decision)
    {
        string? label = decision.IsAllowed ? decision.ShadowDeniedBy ?? decision.DecidedBy : decision.DecidedBy;
        if (label is null) return 0;
        for (int i = 0; i < charges.Length; i++)
        {
            if (PolicyDecider.Has(group.Policies[i].LimitOf(charges[i].Key).Limit, label)) return i;
        }

        return 0;
    }

    private ConnectionKeys KeysOf(PolicySnapshot current)
    {
        ConnectionKeys? known = Volatile.Read(ref _connectionKeys);
        if (known is not null && known.Snapshot == current) return known;
        known = new ConnectionKeys(current, _services.Options.Identity);
        Volatile.Write(ref _connectionKeys, known);
        return known;
    }
}
