using FsCheck;
using FsCheck.Fluent;
using Headgate.Client.Calls;
using Headgate.Client.Tests.Servers;
using Headgate.Conformance.Generation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Client.Tests.Faults;

/// <summary>Whatever the service and the network do, no check is charged twice; and these tests would notice one that is.</summary>
public sealed class DoubleChargeTests
{
    private static readonly Fault[] AllFaults = Enum.GetValues<Fault>();

    public static TheoryData<Fault> Faults => [.. AllFaults];

    [Theory, MemberData(nameof(Faults))]
    public async Task A_check_is_charged_at_most_once(Fault fault)
    {
        await using BadServer server = new(fault);
        await using Subject subject = new(server);
        for (int i = 0; i < 3; i++) await subject.CheckAsync($"c{i}");
        AssertOnce(server);
    }

    /// <summary>Connections that were used before break in other ways than fresh ones.</summary>
    [Theory, MemberData(nameof(Faults))]
    public async Task A_check_on_a_connection_that_was_used_is_charged_at_most_once(Fault fault)
    {
        int asked = 0;
        await using BadServer server = new(_ => Interlocked.Increment(ref asked) % 2 == 1 ? Fault.None : fault);
        await using Subject subject = new(server);
        for (int i = 0; i < 6; i++) await subject.CheckAsync($"c{i}");
        AssertOnce(server);
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task A_batch_is_charged_at_most_once(Fault fault)
    {
        await using BadServer server = new(fault);
        await using Subject subject = new(server);
        await subject.Catch(() => subject.Client.CheckAsync([new("t", "a", "x"), new("t", "b", "x"), new("t", "c", "x")]));
        AssertOnce(server);
    }

    /// <summary>The second endpoint is asked only where the first surely did nothing.</summary>
    [Theory, MemberData(nameof(Faults))]
    public async Task Two_endpoints_together_charge_at_most_once(Fault fault)
    {
        await using BadServer first = new(fault);
        await using BadServer second = new(Fault.None);
        await using Subject subject = new(first, second);
        for (int i = 0; i < 3; i++) await subject.CheckAsync($"c{i}");
        for (int i = 0; i < 3; i++) Assert.InRange(first.Charges.GetValueOrDefault($"c{i}") + second.Charges.GetValueOrDefault($"c{i}"), 0, 1);
    }

    /// <summary>Any sequence of faults on any mix of calls by several callers.</summary>
    [Fact]
    public void No_sequence_of_faults_makes_a_double_charge()
    {
        Gen<Fault[]> sequences = Gen.ArrayOf(Gen.Elements(AllFaults), 24);
        PropertyCheck.ForAll(sequences.ToArbitrary(), RunAsync, tests: 25);

        static async Task RunAsync(Fault[] faults)
        {
            int asked = -1;
            await using BadServer server = new(_ => faults[Interlocked.Increment(ref asked) % faults.Length]);
            await using Subject subject = new(server);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async caller =>
            {
                for (int i = 0; i < 4; i++) await subject.CheckAsync($"{caller}-{i}");
            }));
            AssertOnce(server);
        }
    }

    /// <summary>The positive control: the same with a call that says it may be repeated.</summary>
    [Theory]
    [InlineData(Fault.ResetDecided)]
    [InlineData(Fault.CloseDecided)]
    [InlineData(Fault.HalfAnswer)]
    [InlineData(Fault.Error)]
    [InlineData(Fault.NoHttp)]
    public async Task A_client_that_repeats_every_check_is_found_out(Fault fault)
    {
        int asked = 0;
        await using BadServer server = new(_ => Interlocked.Increment(ref asked) == 1 ? fault : Fault.None);
        using HttpClient http = NewHttp();
        ServiceCalls calls = new(http, new ClientSettings(Patient(server), null), NullLogger.Instance);
        await calls.SendAsync(new Call("check", HttpMethod.Post, "/api/check_and_consume")
        {
            Body = """{"tenant_id":"t","client_id":"c","action_type":"x","cost":1}"""u8.ToArray(),
            IsRepeatable = true,
            Timeout = TimeSpan.FromSeconds(60),
        }, CancellationToken.None);
        Assert.Equal(2, server.Charges["c"]);
    }

    [Fact]
    public async Task A_handler_that_retries_cannot_send_a_check_twice()
    {
        int asked = 0;
        await using BadServer server = new(_ => Interlocked.Increment(ref asked) == 1 ? Fault.ResetDecided : Fault.None);
        using HttpClient http = new(new Stubborn { InnerHandler = new SocketsHttpHandler() });
        using HeadgateClient client = new(http, Patient(server));
        CheckResult result = await client.CheckAsync("t", "c", "x");
        Assert.Equal(CheckSource.FailOpen, result.Source);
        Assert.Equal(1, server.Charges["c"]);
    }

    /// <summary>The positive control: the same handler with a body that lets itself be sent again.</summary>
    [Fact]
    public async Task That_handler_does_send_another_body_twice()
    {
        int asked = 0;
        await using BadServer server = new(_ => Interlocked.Increment(ref asked) == 1 ? Fault.ResetDecided : Fault.None);
        using HttpClient http = new(new Stubborn { InnerHandler = new SocketsHttpHandler() });
        using StringContent body = new("""{"tenant_id":"t","client_id":"c","action_type":"x","cost":1}""");
        using HttpResponseMessage response = await http.PostAsync(server.Address, body);
        Assert.Equal(2, server.Charges["c"]);
    }

    [Fact]
    public async Task What_takes_nothing_is_repeated()
    {
        int asked = 0;
        await using BadServer server = new(_ => Interlocked.Increment(ref asked) <= 2 ? Fault.ResetDecided : Fault.None);
        await using Subject subject = new(server);
        CheckResult peek = await subject.Client.CheckAsync("t", "c", "x", cost: 0);
        Assert.Equal(CheckSource.Service, peek.Source);
        asked = 0;
        CheckResult status = await subject.Client.GetStatusAsync("t", "c", "x");
        Assert.Equal(CheckSource.Service, status.Source);
        Assert.Empty(server.Charges);
    }

    /// <summary>Nobody listens: nothing was sent, so the check is tried again, and the next endpoint too.</summary>
    [Fact]
    public async Task A_check_that_never_left_goes_to_the_next_endpoint()
    {
        await using BadServer server = new(Fault.None);
        using HttpClient http = NewHttp();
        HeadgateClientOptions options = Patient(server);
        options.Endpoints.Insert(0, Nowhere.Address());
        using HeadgateClient client = new(http, options);
        Assert.Equal(CheckSource.Service, (await client.CheckAsync("t", "c", "x")).Source);
        Assert.Equal(1, server.Charges["c"]);
    }

    [Theory]
    [InlineData(false, 1, CheckStatus.Rejected)]
    [InlineData(true, 2, CheckStatus.Processed)]
    public async Task A_check_that_was_turned_away_is_asked_again_only_on_request(bool retry, int requests, CheckStatus expected)
    {
        int asked = 0;
        await using BadServer server = new(_ => Interlocked.Increment(ref asked) == 1 ? Fault.Rejected : Fault.None);
        using HttpClient http = NewHttp();
        HeadgateClientOptions options = Patient(server);
        options.RetryRejected = retry;
        using HeadgateClient client = new(http, options);
        CheckResult result = await client.CheckAsync("t", "c", "x");
        Assert.Equal(expected, result.Status);
        Assert.Equal(CheckSource.Service, result.Source);
        Assert.Equal(requests, server.Requests);
        Assert.Equal(requests - 1, server.Charges.GetValueOrDefault("c"));
    }

    private static void AssertOnce(BadServer server) => Assert.All(server.Charges, charge => Assert.Equal(1, charge.Value));

    private static HttpClient NewHttp() => new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private static HeadgateClientOptions Patient(BadServer server) => new()
    {
        Endpoints = { server.Address },
        Timeout = TimeSpan.FromSeconds(60),
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetries = 3,
        BreakAfter = 1_000,
    };

    /// <summary>A client that tries hard, and gives up soon on a server that hangs.</summary>
    private sealed class Subject : IAsyncDisposable
    {
        // Redirects are followed on purpose: the body must refuse by itself.
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = true }) { Timeout = Timeout.InfiniteTimeSpan };

        public Subject(params BadServer[] servers)
        {
            HeadgateClientOptions options = Patient(servers[0]);
            for (int i = 1; i < servers.Length; i++) options.Endpoints.Add(servers[i].Address);
            (options.Timeout, options.RetryRejected, options.DenyCacheSize) = (TimeSpan.FromMilliseconds(400), true, 0);
            Client = new HeadgateClient(_http, options);
        }

        public HeadgateClient Client { get; }

        public Task CheckAsync(string client) => Catch(() => Client.CheckAsync("t", client, "x"));

        public async Task Catch<T>(Func<Task<T>> call)
        {
            try
            {
                await call();
            }
            catch (HeadgateClientException)
            {
                // A redirect is a refusal; what matters here is what was charged.
            }
        }

        public ValueTask DisposeAsync()
        {
            Client.Dispose();
            _http.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Stubborn : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException)
            {
                return await base.SendAsync(request, cancellationToken);
            }
        }
    }
}
