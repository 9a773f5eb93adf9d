using Headgate.Extensions;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore.Tests.SignalR;

/// <summary>Hubs behind the filter, asked by SignalR's own client over Kestrel.</summary>
public sealed class HubFilterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refuses_a_user_over_all_connections_and_says_when_to_come_back()
    {
        await using HubApp app = await HubApp.StartAsync();
        HubConnection one = await app.ConnectAsync("ann");
        HubConnection other = await app.ConnectAsync("ann");
        HubConnection bob = await app.ConnectAsync("bob");
        app.Clock.Advance(TimeSpan.FromSeconds(12.5));

        Assert.Equal("a", await one.InvokeAsync<string>("Say", "a", Ct));
        Assert.Equal("b", await other.InvokeAsync<string>("Say", "b", Ct));
        Assert.Equal("c", await other.InvokeAsync<string>("Say", "c", Ct));
        HubException refused = await Assert.ThrowsAsync<HubException>(() => one.InvokeAsync<string>("Say", "d", Ct));

        Assert.EndsWith("Say is refused by the policy 'hub': too many. Retry after 48 seconds.", refused.Message, StringComparison.Ordinal);
        Assert.Equal("e", await bob.InvokeAsync<string>("Say", "e", Ct));
        app.Clock.Advance(TimeSpan.FromSeconds(47.5));
        Assert.Equal("f", await one.InvokeAsync<string>("Say", "f", Ct));
        Assert.Equal(("hub", "user:ann", 1), Assert.Single(HeadgateServices.Of(app.Services).RefusedKeys.Top(5)) is { } top ? (top.Policy, top.Key, top.Refusals) : default);
    }

    [Fact]
    public async Task A_connection_without_a_user_has_permits_of_its_own()
    {
        await using HubApp app = await HubApp.StartAsync();
        HubConnection one = await app.ConnectAsync();
        HubConnection other = await app.ConnectAsync();
        for (int i = 0; i < 3; i++) await one.InvokeAsync<string>("Say", "a", Ct);
        await Assert.ThrowsAsync<HubException>(() => one.InvokeAsync<string>("Say", "a", Ct));
        Assert.Equal("a", await other.InvokeAsync<string>("Say", "a", Ct));
    }

    [Fact]
    public async Task A_limit_of_the_method_takes_the_place_of_the_hubs()
    {
        await using HubApp app = await HubApp.StartAsync();
        HubConnection ann = await app.ConnectAsync("ann");
        await ann.InvokeAsync<string>("Costly", "a", Ct);
        await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("Say", "a", Ct));
    }

    [Fact]
    public async Task All_policies_are_one_decision()
    {
        await using HubApp app = await HubApp.StartAsync();
        HubConnection ann = await app.ConnectAsync("ann");
        await ann.InvokeAsync<string>("Both", "a", Ct);
        for (int i = 0; i < 5; i++)
        {
            HubException refused = await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("Both", "a", Ct));
            Assert.Contains("by the policy 'method'", refused.Message, StringComparison.Ordinal);
        }

        // Of the hub's three, one is gone: the refusals cost nothing.
        Assert.Equal(2, (await app.Policies.PeekAsync("hub", "user:ann", ct: Ct)).Remaining);
    }

    [Fact]
    public async Task Counts_by_connection_and_by_method()
    {
        await using HubApp app = await HubApp.StartAsync();
        HubConnection one = await app.ConnectAsync("ann");
        HubConnection other = await app.ConnectAsync("ann");
        HubConnection bob = await app.ConnectAsync("bob");

        await one.InvokeAsync<string>("PerConnection", Ct);
        await other.InvokeAsync<string>("PerConnection", Ct);
        Assert.Contains("'connection'", (await Assert.ThrowsAsync<HubException>(() => one.InvokeAsync<string>("PerConnection", Ct))).Message, StringComparison.Ordinal);

        await bob.InvokeAsync<string>("One", Ct);
        await bob.InvokeAsync<string>("Other", Ct);
        HubConnection carol = await app.ConnectAsync("carol");
        Assert.Contains("'method'", (await Assert.ThrowsAsync<HubException>(() => carol.InvokeAsync<string>("One", Ct))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_limit_every_method_and_single_ones()
    {
        await using HubApp app = await HubApp.StartAsync(
            options => options.Limit("all", HubKey.Everybody).LimitMethod("TestHub.say", "hub", cost: 4).LimitMethod("Nothing", "hub", cost: 4),
            headgate => headgate.AddPolicy("all", Limit.FixedWindow(1, TimeSpan.FromMinutes(1))));
        HubConnection ann = await app.ConnectAsync("ann");
        HubException never = await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("Say", "a", Ct));
        await ann.InvokeAsync<string>("PerConnection", Ct);
        HubException refused = await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("PerConnection", Ct));

        Assert.EndsWith("Say is refused by the policy 'hub': it costs 4 of at most 3, and never fits.", never.Message, StringComparison.Ordinal);
        Assert.Contains("Retry after 60 seconds.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_in_shadow_refuses_nothing()
    {
        await using HubApp app = await HubApp.StartAsync();
        app.Policies.Set(app.Policies.Find("hub")! with { Shadow = true });
        HubConnection ann = await app.ConnectAsync("ann");
        for (int i = 0; i < 10; i++) Assert.Equal("a", await ann.InvokeAsync<string>("Say", "a", Ct));
    }

    [Fact]
    public async Task An_exempt_caller_takes_nothing_and_a_change_counts_at_once()
    {
        await using HubApp app = await HubApp.StartAsync();
        HubConnection ann = await app.ConnectAsync("ann");
        for (int i = 0; i < 3; i++) await ann.InvokeAsync<string>("Say", "a", Ct);
        await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("Say", "a", Ct));
        app.Policies.Set(app.Policies.Find("hub")! with { Exempt = new PolicyExemptions { Keys = ["ann"] } });
        for (int i = 0; i < 5; i++) await ann.InvokeAsync<string>("Say", "a", Ct);
    }

    [Fact]
    public async Task Holds_a_place_until_the_method_has_returned_or_thrown()
    {
        await using HubApp app = await HubApp.StartAsync(policies: Roomy);
        HubConnection ann = await app.ConnectAsync("ann");
        for (int i = 0; i < 3; i++) Assert.Contains("as planned", (await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync("Fail", Ct))).Message, StringComparison.Ordinal);

        Task<string> work = ann.InvokeAsync<string>("Work", Ct);
        await Soon.UntilAsync(() => app.Gate.Inside == 1);
        Assert.Contains("'busy'", (await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("Work", Ct))).Message, StringComparison.Ordinal);
        app.Gate.Open();
        Assert.Equal("done", await work);
        // Given back before the answer is sent, not some time after.
        for (int i = 0; i < 20; i++) Assert.Equal("done", await ann.InvokeAsync<string>("Work", Ct));
    }

    [Theory]
    [InlineData("Count")]
    [InlineData("Channel")]
    public async Task Holds_a_place_until_the_stream_has_ended(string method)
    {
        await using HubApp app = await HubApp.StartAsync(policies: Roomy);
        HubConnection ann = await app.ConnectAsync("ann");
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        IAsyncEnumerator<object> stream = ann.StreamAsync<object>(method, stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await stream.MoveNextAsync());
        await Soon.UntilAsync(() => app.Gate.Inside == 1);

        Assert.Contains("'busy'", (await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("Work", Ct))).Message, StringComparison.Ordinal);
        HubException refused = await Assert.ThrowsAsync<HubException>(async () => await ann.StreamAsync<object>(method, Ct).GetAsyncEnumerator(Ct).MoveNextAsync());
        Assert.Contains("'busy'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, app.Gate.Inside);

        app.Gate.Open();
        while (await stream.MoveNextAsync())
        {
        }

        await Soon.UntilAsync(async () => (await app.Policies.PeekAsync("busy", "user:ann", ct: Ct)).IsAllowed);
    }

    [Fact]
    public async Task A_client_that_leaves_gives_its_places_back()
    {
        await using HubApp app = await HubApp.StartAsync(policies: Roomy);
        HubConnection ann = await app.ConnectAsync("ann");
        IAsyncEnumerator<int> stream = ann.StreamAsync<int>("Count", Ct).GetAsyncEnumerator(Ct);
        Assert.True(await stream.MoveNextAsync());
        Assert.False((await app.Policies.PeekAsync("busy", "user:ann", ct: Ct)).IsAllowed);

        await ann.DisposeAsync();

        await Soon.UntilAsync(async () => (await app.Policies.PeekAsync("busy", "user:ann", ct: Ct)).IsAllowed);
    }

    [Fact]
    public async Task A_client_that_leaves_while_the_store_answers_loses_no_place()
    {
        LateStore? store = null;
        await using HubApp app = await HubApp.StartAsync(policies: headgate => headgate.UseStore(services => store ??= new LateStore(services.GetRequiredService<MemoryStore>())));
        HubConnection ann = await app.ConnectAsync("ann");
        Task<string> left = ann.InvokeAsync<string>("Work", Ct);
        await Soon.UntilAsync(() => store is { Asked: 1 });
        app.Gate.Open();

        await ann.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => left);
        await Soon.UntilAsync(() => app.Gate.Left == 1);
        store!.Answer.SetResult();

        await Soon.UntilAsync(async () => (await app.Policies.PeekAsync("busy", "user:ann", ct: Ct)).IsAllowed);
    }

    [Fact]
    public async Task Waits_in_line_and_leaves_it_with_the_connection()
    {
        await using HubApp app = await HubApp.StartAsync(policies: Roomy);
        app.Policies.Set(app.Policies.Find("busy")! with { MaxWait = TimeSpan.FromMinutes(5) });
        HubConnection worker = await app.ConnectAsync("ann");
        Task<string> work = worker.InvokeAsync<string>("Work", Ct);
        await Soon.UntilAsync(() => app.Gate.Inside == 1);
        HubConnection leaver = await app.ConnectAsync("ann");
        Task<string> left = leaver.InvokeAsync<string>("Work", Ct);
        // Invocations of a connection start in order: when this one is answered, the other stands in line.
        await leaver.InvokeAsync<string>("Say", "a", Ct);
        HubConnection waiter = await app.ConnectAsync("ann");
        Task<string> second = waiter.InvokeAsync<string>("Work", Ct);
        await waiter.InvokeAsync<string>("Say", "a", Ct);

        await leaver.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => left);
        await Soon.UntilAsync(() => app.Gate.Left == 1);
        Assert.False(second.IsCompleted);
        app.Gate.Open();

        Assert.Equal("done", await work);
        await Soon.UntilAsync(() =>
        {
            // Whoever shares policies with others looks again in a moment; the moment is the clock's.
            app.Clock.Advance(TimeSpan.FromMilliseconds(50));
            return second.IsCompleted;
        });
        Assert.Equal("done", await second);
        Assert.Equal(2, app.Gate.Entered);
    }

    [Fact]
    public async Task Limits_connections_until_they_end()
    {
        await using HubApp app = await HubApp.StartAsync(
            options => options.LimitConnections("connections"),
            headgate => headgate.AddPolicy("connections", Limit.Concurrency(2), policy => policy with { Key = KeySelector.Parse("user", "ip") }));
        HubConnection one = await app.ConnectAsync("ann");
        await app.ConnectAsync("ann");
        Assert.Equal("a", await one.InvokeAsync<string>("Say", "a", Ct));
        HubConnection third = await app.ConnectAsync("ann");
        TaskCompletionSource<Exception?> closed = new();
        third.Closed += error =>
        {
            closed.TrySetResult(error);
            return Task.CompletedTask;
        };
        if (third.State == HubConnectionState.Disconnected) closed.TrySetResult(null);
        Exception? why = await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Ct);
        if (why is not null) Assert.Contains("Connecting is refused by the policy 'connections': too many.", why.Message, StringComparison.Ordinal);
        Assert.Equal("a", await (await app.ConnectAsync("bob")).InvokeAsync<string>("Say", "a", Ct));

        await one.DisposeAsync();
        await Soon.UntilAsync(async () => (await app.Policies.PeekAsync("connections", "user:ann", ct: Ct)).IsAllowed);
        Assert.Equal("a", await (await app.ConnectAsync("ann")).InvokeAsync<string>("Say", "a", Ct));
    }

    [Fact]
    public async Task An_unknown_policy_stops_the_application_or_the_method()
    {
        PolicyException refused = await Assert.ThrowsAsync<PolicyException>(() => HubApp.StartAsync(options => options.Limit("nowhere")));
        Assert.Contains("a SignalR hub asks for the policy 'nowhere', which is not known; known are busy, connection, hub, method.", refused.Message, StringComparison.Ordinal);

        await using HubApp app = await HubApp.StartAsync();
        HubConnection ann = await app.ConnectAsync("ann");
        await Assert.ThrowsAsync<HubException>(() => ann.InvokeAsync<string>("Unknown", Ct));
        await ann.InvokeAsync<string>("Say", "a", Ct);
        Assert.Throws<PolicyException>(() => app.Policies.Remove("hub"));
    }

    [Fact]
    public async Task Thirty_two_connections_of_one_user_get_exactly_the_limit()
    {
        await using HubApp app = await HubApp.StartAsync(policies: null);
        app.Policies.Set(app.Policies.Find("hub")!.WithLimit(Limit.FixedWindow(100, TimeSpan.FromMinutes(1))));
        HubConnection[] clients = new HubConnection[32];
        for (int i = 0; i < clients.Length; i++) clients[i] = await app.ConnectAsync("ann");
        int admitted = 0;
        await Task.WhenAll(clients.Select(async client =>
        {
            for (int i = 0; i < 10; i++)
            {
                try
                {
                    await client.InvokeAsync<string>("Say", "a", Ct);
                    Interlocked.Increment(ref admitted);
                }
                catch (HubException refused) when (refused.Message.Contains("too many", StringComparison.Ordinal))
                {
                    continue;
                }
            }
        }));
        Assert.Equal(100, admitted);
    }

    [Fact]
    public async Task Connections_that_are_gone_leave_nothing_behind()
    {
        await using HubApp app = await HubApp.StartAsync();
        MemoryStore store = app.Services.GetRequiredService<MemoryStore>();
        for (int i = 0; i < 20; i++)
        {
            HubConnection client = await app.ConnectAsync();
            await client.InvokeAsync<string>("PerConnection", Ct);
            await client.DisposeAsync();
        }

        Assert.True(store.KeyCount >= 40);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        store.RemoveIdle();
        Assert.Equal(0, store.KeyCount);
    }

    /// <summary>Enough of the hub's own permits that only the place is short.</summary>
    private static void Roomy(HeadgateBuilder headgate) => headgate.Services.AddSingleton<Microsoft.AspNetCore.Hosting.IStartupFilter>(provider => new Room(provider));

    private sealed class Room(IServiceProvider services) : Microsoft.AspNetCore.Hosting.IStartupFilter
    {
        public Action<Microsoft.AspNetCore.Builder.IApplicationBuilder> Configure(Action<Microsoft.AspNetCore.Builder.IApplicationBuilder> next) => app =>
        {
            IRateLimitPolicies policies = services.GetRequiredService<IRateLimitPolicies>();
            policies.Set(policies.Find("hub")!.WithLimit(Limit.FixedWindow(1_000, TimeSpan.FromMinutes(1))));
            next(app);
        };
    }

    /// <summary>Charges at once and answers later: cancelled meanwhile, the charge has been made, as over a network.</summary>
    private sealed class LateStore(IRateLimitStore store) : StoreBetween(store)
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default)
        {
            Decision decision = await base.EnterAsync(charges, lease, CancellationToken.None);
            Interlocked.Increment(ref _asked);
            await Answer.Task.WaitAsync(ct);
            return decision;
        }
    }
}
