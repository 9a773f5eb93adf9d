using System.Security.Cryptography;
using System.Text;
using Headgate.AspNetCore.Identity;
using Headgate.Extensions;

namespace Headgate.AspNetCore.Tests.Identity;

public sealed class ApiKeyTests
{
    private const string Selector = "api_key, user, ip";

    private static readonly ApiKeys Known = new() { Hashes = new Dictionary<string, string> { ["acme"] = HashOf("s3cret"), ["umlaut"] = HashOf("schlüssel") } };

    [Fact]
    public void A_known_secret_is_its_owner()
    {
        CallerKeys keys = Requests.Keys(Selector, apiKeys: Known);
        Assert.Equal("api_key:acme", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", "s3cret"))));
        Assert.Equal("api_key:umlaut", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", "schlüssel"))));
    }

    [Fact]
    public void The_hash_may_be_written_in_capitals_and_the_header_named_otherwise()
    {
        ApiKeys known = new() { Header = "Key", Hashes = new Dictionary<string, string> { ["acme"] = HashOf("s3cret").ToUpperInvariant() } };
        Assert.Equal("api_key:acme", Requests.Keys(Selector, apiKeys: known).KeyOf(Requests.From("203.0.113.7", ("key", "s3cret"))));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("S3cret")]
    [InlineData("acme")]
    [InlineData("")]
    public void A_made_up_secret_identifies_nobody_so_that_the_address_counts(string secret) =>
        Assert.Equal("ip:203.0.113.7", Requests.Keys(Selector, apiKeys: Known).KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", secret))));

    [Fact]
    public void Two_secrets_at_once_or_one_above_1_KiB_identify_nobody()
    {
        string longest = new('k', ApiKeyReader.MaxBytes), tooLong = longest + "k", wide = new('ü', ApiKeyReader.MaxBytes);
        ApiKeys known = new() { Hashes = new Dictionary<string, string> { ["a"] = HashOf(longest), ["b"] = HashOf(tooLong), ["c"] = HashOf(wide) } };
        CallerKeys keys = Requests.Keys(Selector, apiKeys: known);
        Assert.Equal("api_key:a", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", longest))));
        Assert.Equal("ip:203.0.113.7", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", tooLong))));
        Assert.Equal("ip:203.0.113.7", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", wide))));
        Assert.Equal("ip:203.0.113.7", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", longest), ("X-Api-Key", longest))));
    }

    [Fact]
    public void A_claim_counts_only_from_an_authenticated_identity()
    {
        Assert.Equal("api_key:k1", Requests.KeyOf(Requests.By(("api_key", "k1"), ("sub", "ann")), Selector));
        Assert.Equal("ip:203.0.113.7", Requests.KeyOf(Requests.By(authentication: null, ("api_key", "k1"), ("sub", "ann")), Selector));
    }

    [Fact]
    public void A_users_token_with_a_client_id_is_the_user() =>
        Assert.Equal("user:ann", Requests.KeyOf(Requests.By(("client_id", "spa"), ("sub", "ann")), Selector));

    [Fact]
    public void The_application_may_authenticate_what_the_configuration_does_not_know()
    {
        List<string> asked = [];
        IdentityOptions options = new()
        {
            AuthenticateApiKey = (_, secret) =>
            {
                asked.Add(secret);
                return secret == "theirs" ? "them" : null;
            },
        };
        CallerKeys keys = Requests.Keys(Selector, apiKeys: Known, options: options);
        Assert.Equal("api_key:acme", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", "s3cret"))));
        Assert.Equal("api_key:them", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", "theirs"))));
        Assert.Equal("ip:203.0.113.7", keys.KeyOf(Requests.From("203.0.113.7", ("X-Api-Key", "no"))));
        Assert.Equal("ip:203.0.113.7", keys.KeyOf(Requests.From("203.0.113.7")));
        Assert.Equal(["theirs", "no"], asked);
    }

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
