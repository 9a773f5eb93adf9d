using System.Text.Json;
using FsCheck.Fluent;
using Headgate.Conformance.Generation;
using Headgate.Server.Access;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Configuration;

public sealed class NodeJsonTests
{
    [Fact]
    public void Every_leaf_read_back_from_its_JSON_is_the_same() => PropertyCheck.ForAll(ConfigGen.Leaf.ToArbitrary(), leaf =>
    {
        string json = Same.Json(to => NodeJson.Write(to, leaf.Node));
        ConfigNode read = leaf.Node switch
        {
            GlobalSettings => NodeJson.ReadGlobal(Json(json), new GlobalSettings()),
            TenantSettings => NodeJson.ReadTenant(Json(json), TenantSettings.Default),
            AccessKey => NodeJson.ReadKey(Json(json)),
            _ => NodeJson.ReadRule(Json(json)),
        };
        Assert.Equal(leaf.Node, read);
        Assert.Equal(json, Same.Json(to => NodeJson.Write(to, read)));
    });

    [Theory]
    [InlineData("""{"max_requests":100,"window_duration_seconds":60}""", """{"algorithm":"sliding_log","max_requests":100,"window_duration_seconds":60}""")]
    [InlineData("""{"algorithm":"token_bucket","max_requests":10,"window_duration_seconds":1.5e0,"burst":5}""", """{"algorithm":"token_bucket","max_requests":10,"window_duration_seconds":1.5,"burst":5}""")]
    [InlineData("""{"algorithm":"concurrency","max_requests":3}""", """{"algorithm":"concurrency","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("""{"max_requests":1,"window_duration_seconds":0.000001,"burst":null}""", """{"algorithm":"sliding_log","max_requests":1,"window_duration_seconds":0.000001}""")]
    [InlineData("""{"algorithm":"custom","limit":"token_bucket(capacity=10, refill=1/s)"}""", """{"algorithm":"custom","limit":"token_bucket(capacity=10, refill=1/s)"}""")]
    public void A_rule_is_written_as_it_is_documented(string given, string written) =>
        Assert.Equal(written, Same.Json(json => NodeJson.Write(json, NodeJson.ReadRule(Json(given)))));

    [Fact]
    public void Settings_are_written_as_they_are_documented()
    {
        Assert.Equal(
            """{"max_global_concurrent_requests":200,"max_tenant_queue_size":100,"max_queued_requests":10000,"queue_timeout_seconds":5,"default_algorithm":"sliding_log","default_max_requests":100,"default_window_duration_seconds":60,"on_store_failure":"local"}""",
            Same.Json(json => NodeJson.Write(json, new GlobalSettings())));
        Assert.Equal("""{"weight":1}""", Same.Json(json => NodeJson.Write(json, TenantSettings.Default)));
    }

    [Theory]
    [InlineData("""{"max_requests":100}""", "window_duration_seconds", "missing")]
    [InlineData("""{"window_duration_seconds":1}""", "max_requests", "missing")]
    [InlineData("""{"max_requests":0,"window_duration_seconds":60}""", "max_requests", "max_requests is 0; it must be between 1 and 1000000")]
    [InlineData("""{"max_requests":-5,"window_duration_seconds":60}""", "max_requests", "max_requests is -5")]
    [InlineData("""{"max_requests":1000001,"window_duration_seconds":60}""", "max_requests", "1000000")]
    [InlineData("""{"max_requests":1.5,"window_duration_seconds":60}""", "max_requests", "whole number")]
    [InlineData("""{"max_requests":99999999999999999999,"window_duration_seconds":60}""", "max_requests", "whole number")]
    [InlineData("""{"max_requests":"5","window_duration_seconds":60}""", "max_requests", "whole number")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":0.1234567}""", "window_duration_seconds", "0.1234567; it must be a whole number of microseconds")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":0.10000000000000000000000000000000001}""", "window_duration_seconds", "whole number of microseconds")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":0}""", "window_duration_seconds", "between 0.000001 and 3155760000 seconds")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":-1}""", "window_duration_seconds", "between")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":1e300}""", "window_duration_seconds", "28 digits")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":1e20}""", "window_duration_seconds", "between")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":60,"burst":5}""", "burst", "sliding_log has none")]
    [InlineData("""{"algorithm":"token_bucket","max_requests":5,"window_duration_seconds":60,"burst":0}""", "burst", "burst")]
    [InlineData("""{"algorithm":"leaking","max_requests":5,"window_duration_seconds":60}""", "algorithm", "one of sliding_log, sliding_window")]
    [InlineData("""{"max_requests":5,"window_duration_seconds":60,"window":1}""", "window", "known are algorithm, max_requests, window_duration_seconds, burst, limit")]
    [InlineData("""{"algorithm":"custom"}""", "limit", "missing")]
    [InlineData("""{"algorithm":"custom","limit":"nonsense"}""", "limit", "")]
    [InlineData("""{"algorithm":"custom","limit":"token_bucket(capacity=1, refill=1/s)","max_requests":1}""", "max_requests", "custom")]
    [InlineData("""{"limit":"token_bucket(capacity=1, refill=1/s)","max_requests":1,"window_duration_seconds":1}""", "limit", "Set algorithm to \"custom\"")]
    [InlineData("""[]""", null, "a list")]
    public void A_rule_that_is_none_is_refused_by_the_field(string json, string? field, string expected)
    {
        RequestRefusal refused = Assert.Throws<RequestRefusal>(() => NodeJson.ReadRule(Json(json)));
        Assert.Equal(400, refused.Status);
        Assert.Equal(field, refused.Field);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"max_global_concurrent_requests":0}""", "max_global_concurrent_requests")]
    [InlineData("""{"max_global_concurrent_requests":100001}""", "max_global_concurrent_requests")]
    [InlineData("""{"max_tenant_queue_size":-1}""", "max_tenant_queue_size")]
    [InlineData("""{"max_queued_requests":1000001}""", "max_queued_requests")]
    [InlineData("""{"queue_timeout_seconds":3600.000001}""", "queue_timeout_seconds")]
    [InlineData("""{"default_algorithm":"custom"}""", "default_algorithm")]
    [InlineData("""{"default_max_requests":0}""", "default_max_requests")]
    [InlineData("""{"default_burst":1}""", "default_burst")]
    [InlineData("""{"on_store_failure":"never"}""", "on_store_failure")]
    [InlineData("""{"maximum":1}""", "maximum")]
    public void Global_settings_out_of_bounds_are_refused_by_the_field(string json, string field) =>
        Assert.Equal(field, Assert.Throws<RequestRefusal>(() => NodeJson.ReadGlobal(Json(json), new GlobalSettings())).Field);

    [Fact]
    public void What_is_not_given_of_settings_stays_as_it_is()
    {
        GlobalSettings before = NodeJson.ReadGlobal(Json("""{"max_queued_requests":7,"default_algorithm":"token_bucket","default_max_requests":5,"default_burst":9}"""), new GlobalSettings());
        GlobalSettings after = NodeJson.ReadGlobal(Json("""{"max_tenant_queue_size":3,"default_max_requests":6}"""), before);
        Assert.Equal(before with { MaxTenantQueueSize = 3, DefaultRule = ActionRule.Create(Algorithm.TokenBucket, 6, TimeSpan.FromSeconds(60), 9) }, after);
    }

    [Fact]
    public void A_secret_in_the_place_of_a_hash_is_not_shown_again()
    {
        RequestRefusal refused = Assert.Throws<RequestRefusal>(() => NodeJson.ReadKey(Json("""{"id":"k","role":"admin","hash":"hg_secret"}""")));
        Assert.DoesNotContain("hg_secret", refused.Message + refused.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_are_any_text_of_whole_characters()
    {
        Assert.All(["\ud83d\ude00", "/\"\n\0 \u65e5\u672c", new string('x', IdRules.MaxLength)], id => Assert.Null(IdRules.Refuse("tenant_id", id)));
        Assert.All([null, "", "a\ud800", "\udc00a", "\udc00\ud800", "\ud83d\ude00\ud83d", new string('x', IdRules.MaxLength + 1)], id => Assert.NotNull(IdRules.Refuse("tenant_id", id)));
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
