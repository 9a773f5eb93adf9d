using System.Collections.Immutable;
using System.Net;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Access;

public sealed class GateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Letting_a_caller_in_allocates_nothing(bool withKey)
    {
        await using Service service = withKey ? await Keys.ServiceAsync() : await Service.StartAsync();
        DefaultHttpContext context = new();
        context.Request.Scheme = "http";
        context.Request.Headers.Host = "127.0.0.1:5000";
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Connection.LocalIpAddress = IPAddress.Loopback;
        if (withKey) context.Request.Headers.Authorization = "Bearer " + (await Keys.MakeAsync(service, "decide", "acme")).Secret;
        IAccessGate gate = service.Services.GetRequiredService<IAccessGate>();
        for (int i = 0; i < 10; i++) Assert.Equal(withKey ? KeyRole.Decide : KeyRole.Admin, gate.Enter(context).Role);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) gate.Enter(context);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_hash_that_is_none_fits_no_secret()
    {
        AccessKey broken = new() { Id = "000000000000", Role = KeyRole.Admin, Hash = "" };
        string secret = KeySecret.New(broken.Id);
        foreach (string hash in new[] { "", "zz", new string('0', 64), KeySecret.Hash(secret)[..62], KeySecret.Hash(secret) })
        {
            KeyTable table = new(ImmutableDictionary<string, AccessKey>.Empty.Add(broken.Id, broken with { Hash = hash }), null);
            Assert.Equal(hash == KeySecret.Hash(secret) ? KeyOutcome.Good : KeyOutcome.Unknown, table.Find(secret, DateTimeOffset.UnixEpoch, out _));
        }
    }

    [Fact]
    public async Task Keys_are_made_in_the_data_of_a_service_that_does_not_run()
    {
        SharedLog log = new();
        string id, secret;
        await using (OfflineKeys keys = await OfflineKeys.OpenAsync(log, TimeProvider.System, "headgate keys (root)", TestContext.Current.CancellationToken))
        {
            (AccessKey key, secret) = await keys.Changes.CreateAsync(new NewKey("first", KeyRole.Admin), TestContext.Current.CancellationToken);
            id = key.Id;
            Assert.Equal(id, Assert.Single(keys.All).Id);
        }

        await using (OfflineKeys keys = await OfflineKeys.OpenAsync(log, TimeProvider.System, "headgate keys (root)", TestContext.Current.CancellationToken))
        {
            KeyTable table = new(ImmutableDictionary<string, AccessKey>.Empty.Add(id, keys.All[0]), null);
            Assert.Equal(KeyOutcome.Good, table.Find(secret, TimeProvider.System.GetUtcNow(), out Caller caller));
            Assert.Equal($"key {id} (first)", caller.Name);
            (_, string next) = await keys.Changes.RotateAsync(id, TimeSpan.Zero, null, TestContext.Current.CancellationToken);
            Assert.NotEqual(secret, next);
            await keys.Changes.DeleteAsync(id, null, TestContext.Current.CancellationToken);
            Assert.Empty(keys.All);
        }
    }

    /// <summary>Keeps the configuration for as long as the test runs.</summary>
    private sealed class SharedLog : IConfigLog
    {
        private ServiceConfig _config = ServiceConfig.Empty;

        public ValueTask<LoadedConfig> LoadAsync(CancellationToken ct) => new(new LoadedConfig(_config, [], []));

        public ValueTask AppendAsync(ConfigChange change, ServiceConfig result, CancellationToken ct)
        {
            _config = result;
            return default;
        }

        public ValueTask<ImmutableArray<ConfigChange>?> ReadSinceAsync(long version, CancellationToken ct) => new((ImmutableArray<ConfigChange>?)[]);

        public Task WaitForOthersAsync(CancellationToken ct) => Task.Delay(Timeout.Infinite, ct);

        public ValueTask DisposeAsync() => default;
    }
}
