using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Headgate.AspNetCore.Identity;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Identity;

/// <summary>What a key costs a request that comes again, and what made-up callers cost the process.</summary>
[Collection(MeasuresTheProcess.Name)]
public sealed class KeyCostTests
{
    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6")]
    public void The_key_of_a_warm_address_allocates_nothing(string address)
    {
        CallerKeys keys = Requests.Keys("api_key, user, ip");
        DefaultHttpContext context = Requests.From(address);
        Assert.Equal(0, Allocations.Of(() => keys.KeyOf(context)));
    }

    [Fact]
    public void Nor_does_that_of_a_warm_user_header_claim_key_or_combination()
    {
        DefaultHttpContext user = Requests.By(("name", "Ann"), ("sub", "ann"), ("tenant_id", "acme"));
        user.Request.Headers["X-Client"] = "mobile";
        foreach (string selector in new[] { "api_key, user, ip", "header:X-Client", "claim:tenant_id", "tenant", "global", "user+tenant", "user+header:X-Client+ip" })
        {
            CallerKeys keys = Requests.Keys(selector);
            Assert.Equal((selector, 0), (selector, Allocations.Of(() => keys.KeyOf(user))));
        }

        ApiKeys known = new() { Hashes = new Dictionary<string, string> { ["acme"] = Convert.ToHexStringLower(SHA256.HashData("s3cret"u8)) } };
        CallerKeys secret = Requests.Keys("api_key", apiKeys: known);
        DefaultHttpContext machine = Requests.From("203.0.113.7", ("X-Api-Key", "s3cret"));
        Assert.Equal(0, Allocations.Of(() => secret.KeyOf(machine)));
    }

    [Fact]
    public void A_trusted_proxys_IPv4_hop_allocates_nothing()
    {
        CallerKeys keys = Requests.Keys("ip", new ForwardedOptions { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] });
        DefaultHttpContext context = Requests.From("10.0.0.1", ("X-Forwarded-For", "6.6.6.6, 198.51.100.1, 10.2.2.2"));
        Assert.Equal(0, Allocations.Of(() => keys.KeyOf(context)));
    }

    [Fact]
    public void A_million_made_up_callers_leave_bounded_memory()
    {
        CallerIdentity identity = new(ForwardedOptions.Default, ApiKeys.None, IdentityOptions.Default);
        CallerKeys byAddress = identity.KeysOf(KeySelector.Parse("ip")), byHeader = identity.KeysOf(KeySelector.Parse("header:X-Client")), byBoth = identity.KeysOf(KeySelector.Parse("header:X-Client+ip"));
        DefaultHttpContext context = new();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        byte[] address = new byte[16];
        for (int i = 0; i < 1_000_000; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(address, i);
            context.Connection.RemoteIpAddress = new IPAddress(address);
            context.Request.Headers["X-Client"] = $"made-up-{i:d48}";
            byAddress.KeyOf(context);
            byHeader.KeyOf(context);
            if (i % 4 == 0) byBoth.KeyOf(context);
        }

        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(identity);
        // Without a bound a million keys of one source alone would be above 100 MiB.
        Assert.InRange(kept, 0, 8 * 1024 * 1024);
        Assert.True(kept > 100_000, $"only {kept} bytes are kept: nothing is, and the bound says nothing");
    }
}
