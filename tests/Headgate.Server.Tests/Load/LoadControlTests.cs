using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Load;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Load;

public sealed class LoadControlTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private readonly ConfigBook _book;
    private readonly LoadControl _load;

    public LoadControlTests()
    {
        _book = Book.New(_clock);
        _load = new LoadControl(_book, _clock);
    }

    public async ValueTask InitializeAsync() => await _book.SetAsync(global => global with { MaxGlobalConcurrentRequests = 1, MaxTenantQueueSize = 2 });

    public async ValueTask DisposeAsync()
    {
        _load.Dispose();
        await _book.DisposeAsync();
    }

    [Fact]
    public async Task Says_what_became_of_a_request()
    {
        LoadTurn first = await Enter("a");
        Assert.Equal((LoadOutcome.Processed, true, TimeSpan.Zero), (first.Outcome, first.IsEntered, first.Waited));
        Task<LoadTurn> second = Enter("a"), third = Enter("a");
        LoadTurn fourth = await Enter("a");
        Assert.Equal((LoadOutcome.Rejected, false), (fourth.Outcome, fourth.IsEntered));
        fourth.Dispose();
        Assert.Equal((1, 2, 2, 0), (_load.Active, _load.Queued, _load.QueueLength("a"), _load.QueueLength("b")));

        _clock.Advance(TimeSpan.FromSeconds(2));
        first.Dispose();
        first.Dispose();
        LoadTurn queued = await second.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((LoadOutcome.Queued, true, TimeSpan.FromSeconds(2)), (queued.Outcome, queued.IsEntered, queued.Waited));

        _clock.Advance(TimeSpan.FromSeconds(3));
        LoadTurn late = await third.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((LoadOutcome.TimedOut, false, TimeSpan.FromSeconds(5)), (late.Outcome, late.IsEntered, late.Waited));
        queued.Dispose();
        Assert.Equal((0, 0), (_load.Active, _load.Queued));
    }

    [Fact]
    public async Task Who_overflows_is_refused_alone()
    {
        using LoadTurn inside = await Enter("flood");
        _ = (Enter("flood"), Enter("flood"));
        Assert.Equal(LoadOutcome.Rejected, (await Enter("flood")).Outcome);
        Assert.False(Enter("quiet").IsCompleted);
        Assert.Equal([KeyValuePair.Create("flood", 2), KeyValuePair.Create("quiet", 1)], _load.Queues());
    }

    [Fact]
    public async Task A_change_of_the_configuration_holds_at_once()
    {
        using LoadTurn inside = await Enter("a");
        Task<LoadTurn> waiting = Enter("a");
        await _book.SetAsync(global => global with { MaxGlobalConcurrentRequests = 2 });
        using LoadTurn queued = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(LoadOutcome.Queued, queued.Outcome);

        await _book.SetAsync(global => global with { MaxTenantQueueSize = 0 });
        Assert.Equal(LoadOutcome.Rejected, (await Enter("a")).Outcome);
        await _book.SetAsync("a", new TenantSettings { MaxQueueSize = 1 });
        Task<LoadTurn> last = Enter("a");
        Assert.Equal(LoadOutcome.Rejected, (await Enter("a")).Outcome);
        await _book.SetAsync(global => global with { QueueTimeout = TimeSpan.FromMilliseconds(10) });
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(LoadOutcome.TimedOut, (await last.WaitAsync(TimeSpan.FromSeconds(30))).Outcome);
    }

    [Fact]
    public async Task Tenants_that_wait_get_turns_by_their_weights()
    {
        await _book.SetAsync(global => global with { MaxTenantQueueSize = 100 });
        await _book.SetAsync("heavy", new TenantSettings { Weight = 3 });
        Assert.Equal("hhhlhhhlhhhl", await TurnsOf(12, ("heavy", 1), ("light", 1)));
    }

    [Fact]
    public async Task A_batch_takes_one_turn_for_each_32_decisions()
    {
        await _book.SetAsync(global => global with { MaxTenantQueueSize = 100 });
        Assert.Equal("sssssssbssssssssbs", await TurnsOf(18, ("batch", 8 * 32), ("single", 1)));
        Assert.Equal("bsbsbsbs", await TurnsOf(8, ("batch", 32), ("single", 32)));
    }

    [Fact]
    public async Task Who_goes_away_leaves_its_place()
    {
        LoadTurn inside = await Enter("a");
        using CancellationTokenSource gone = new();
        Task<LoadTurn> waiting = _load.EnterAsync(_book.Current, "a", 1, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        inside.Dispose();
        Assert.Equal((0, 0), (_load.Active, _load.Queued));
    }

    private Task<LoadTurn> Enter(string tenant, int cost = 1) => _load.EnterAsync(_book.Current, tenant, cost, default).AsTask();

    /// <summary>First letters of those whose turn came, while two tenants always wait, from when both do.</summary>
    private async Task<string> TurnsOf(int turns, params (string Tenant, int Cost)[] tenants)
    {
        LoadTurn inside = await Enter("someone");
        List<(string Tenant, Task<LoadTurn> Turn)> waiting = [.. tenants.SelectMany(t => Enumerable.Range(0, turns).Select(_ => (t.Tenant, Enter(t.Tenant, t.Cost))))];
        string order = "";
        for (int i = 0; i < turns; i++)
        {
            inside.Dispose();
            await Soon.UntilAsync(() => waiting.Exists(w => w.Turn.IsCompleted));
            (string tenant, Task<LoadTurn> turn) = waiting.Single(w => w.Turn.IsCompleted);
            order += tenant[0];
            inside = await turn;
            waiting.RemoveAll(w => w.Turn == turn);
        }

        // The others have their turns too, so that the next order begins anew.
        while (waiting.Count > 0)
        {
            inside.Dispose();
            await Soon.UntilAsync(() => waiting.Exists(w => w.Turn.IsCompleted));
            Task<LoadTurn> turn = waiting.Single(w => w.Turn.IsCompleted).Turn;
            inside = await turn;
            waiting.RemoveAll(w => w.Turn == turn);
        }

        inside.Dispose();
        return order;
    }
}
