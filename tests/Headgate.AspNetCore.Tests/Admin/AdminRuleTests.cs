using System.Text.Json;

namespace Headgate.AspNetCore.Tests.Admin;

/// <summary>Rules: listed, created, replaced, deleted.</summary>
public sealed class AdminRuleTests
{
    [Fact]
    public async Task Lists_policies_and_overrides_with_their_text()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        app.Policies.SetOverride("api", "vip-42", Limit.Parse("all_of(token_bucket(capacity=100, refill=10/s); fixed_window(permits=5000, window=1d))"));

        (int status, JsonElement body) = await app.GetAsync("/admin/rules");

        Assert.Equal(200, status);
        Assert.Equal(2, body.GetProperty("total").GetInt32());
        Assert.Equal(
            """[{"key":"api","policy":"api","kind":"policy","limits":["token_bucket(capacity=10, refill=1/s)"],"key_sources":["user","ip"],"cost":"1","shadow":false,"max_wait_seconds":0,"queue_limit":1000},{"key":"vip-42","policy":"api","kind":"override","limits":["token_bucket(capacity=100, refill=10/s)","fixed_window(permits=5000, window=1d)"]}]""",
            body.GetProperty("rules").GetRawText());
    }

    [Fact]
    public async Task What_is_listed_can_be_sent_back_and_changes_nothing()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        app.Policies.SetOverride("api", "vip-42", Limit.Parse("all_of(token_bucket(capacity=100, refill=10/s); fixed_window(permits=5000, window=1d))"));
        (_, JsonElement before) = await app.GetAsync("/admin/rules");

        foreach (JsonElement rule in before.GetProperty("rules").EnumerateArray())
            Assert.Equal(200, (await app.PostAsync("/admin/rules", rule.GetRawText())).Status);

        (_, JsonElement after) = await app.GetAsync("/admin/rules");
        Assert.Equal(before.GetProperty("rules").GetRawText(), after.GetProperty("rules").GetRawText());
    }

    [Fact]
    public async Task Pages_and_narrows_the_list()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        app.Policies.Set(new Headgate.Extensions.RateLimitPolicy("search", Limit.FixedWindow(5, TimeSpan.FromMinutes(1))));
        foreach (string key in (string[])["a", "b", "c"]) app.Policies.SetOverride("api", key, Limit.FixedWindow(5, TimeSpan.FromMinutes(1)));

        (_, JsonElement page) = await app.GetAsync("/admin/rules?policy=api&skip=1&take=2");
        (int unknown, _) = await app.GetAsync("/admin/rules?policy=nope");
        (int wrong, JsonElement problem) = await app.GetAsync("/admin/rules?take=10001");

        Assert.Equal(4, page.GetProperty("total").GetInt32());
        Assert.Equal(["a", "b"], page.GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("key").GetString()!));
        Assert.Equal(404, unknown);
        Assert.Equal(400, wrong);
        Assert.Equal("take is '10001'; it must be a number between 1 and 10000.", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("""{"key":"bob","algorithm":"token_bucket","capacity":20,"refill_rate":0.5}""", "token_bucket(capacity=20, refill=1/2s)")]
    [InlineData("""{"key":"bob","capacity":20,"refill_rate":2}""", "token_bucket(capacity=20, refill=2/s)")]
    [InlineData("""{"key":"bob","algorithm":"leaky_bucket","capacity":20,"leak_rate":2}""", "leaky_bucket(capacity=20, leak=2/s)")]
    [InlineData("""{"key":"bob","algorithm":"fixed_window","permits":20,"window":"1min"}""", "fixed_window(permits=20, window=1min)")]
    [InlineData("""{"key":"bob","algorithm":"sliding_window","max_requests":20,"window_duration_seconds":90}""", "sliding_window(permits=20, window=90s)")]
    [InlineData("""{"key":"bob","algorithm":"sliding_log","permits":20,"window_duration_seconds":0.5}""", "sliding_log(permits=20, window=500ms)")]
    [InlineData("""{"key":"bob","algorithm":"concurrency","permits":20,"lease_seconds":30}""", "concurrency(permits=20, lease=30s)")]
    [InlineData("""{"key":"bob","limit":"fixed_window(permits=7, window=1h)"}""", "fixed_window(permits=7, window=1h)")]
    public async Task Sets_a_callers_own_limit_in_the_only_policy(string json, string limit)
    {
        await using AdminApp app = await AdminApp.StartAsync();

        (int created, JsonElement rule) = await app.PostAsync("/admin/rules", json);
        (int replaced, _) = await app.PostAsync("/admin/rules", json);

        Assert.Equal(201, created);
        Assert.Equal(200, replaced);
        Assert.Equal($$"""{"key":"bob","policy":"api","kind":"override","limits":["{{limit}}"]}""", rule.GetRawText());
        Assert.Equal(Limit.Parse(limit), app.Policies.Find("api")!.Overrides["bob"] with { Name = null });
    }

    [Fact]
    public async Task Creates_and_replaces_a_policy()
    {
        await using AdminApp app = await AdminApp.StartAsync();

        (int created, _) = await app.PostAsync("/admin/rules",
            """{"key":"search","kind":"policy","limits":["token_bucket(capacity=5, refill=1/s)","fixed_window(permits=100, window=1d)"],"key_sources":["header:X-Client","ip"],"cost":2,"shadow":true,"on_store_failure":"closed","max_wait_seconds":1.5,"queue_limit":7}""");
        (int replaced, JsonElement rule) = await app.PostAsync("/admin/rules", """{"key":"search","algorithm":"fixed_window","permits":3,"window":"1h"}""");

        Assert.Equal(201, created);
        Assert.Equal(200, replaced);
        Assert.Equal(
            """{"key":"search","policy":"search","kind":"policy","limits":["fixed_window(permits=3, window=1h)"],"key_sources":["header:X-Client","ip"],"cost":"2","shadow":true,"on_store_failure":"closed","max_wait_seconds":1.5,"queue_limit":7}""",
            rule.GetRawText());
    }

    [Fact]
    public async Task With_several_policies_a_new_key_is_a_policy_unless_one_is_named_or_chosen()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        await app.PostAsync("/admin/rules", """{"key":"search","kind":"policy","capacity":5,"refill_rate":1}""");

        (_, JsonElement policy) = await app.PostAsync("/admin/rules", """{"key":"upload","capacity":5,"refill_rate":1}""");
        (_, JsonElement own) = await app.PostAsync("/admin/rules", """{"key":"bob","policy":"search","capacity":6,"refill_rate":1}""");
        (int unnamed, JsonElement problem) = await app.PostAsync("/admin/rules", """{"key":"bob","kind":"override","capacity":6,"refill_rate":1}""");

        Assert.Equal("policy", policy.GetProperty("kind").GetString());
        Assert.Equal(("override", "search"), (own.GetProperty("kind").GetString(), own.GetProperty("policy").GetString()));
        Assert.Equal(400, unnamed);
        Assert.Equal("policy is missing; it must be one of api, search, upload.", problem.GetProperty("detail").GetString());

        await using AdminApp chosen = await AdminApp.StartAsync(map: app => Microsoft.AspNetCore.Builder.HeadgateAdminEndpointExtensions.MapHeadgateAdmin(app, "/admin", new AdminOptions { DefaultPolicy = "api" }));
        await chosen.PostAsync("/admin/rules", """{"key":"search","kind":"policy","capacity":5,"refill_rate":1}""");
        (_, JsonElement inDefault) = await chosen.PostAsync("/admin/rules", """{"key":"bob","capacity":6,"refill_rate":1}""");
        Assert.Equal(("override", "api"), (inDefault.GetProperty("kind").GetString(), inDefault.GetProperty("policy").GetString()));
    }

    [Fact]
    public async Task Deletes_rules_wherever_they_are()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        await app.PostAsync("/admin/rules", """{"key":"search","kind":"policy","capacity":5,"refill_rate":1}""");
        foreach (string policy in (string[])["api", "search"]) app.Policies.SetOverride(policy, "header:X:a/b", Limit.FixedWindow(5, TimeSpan.FromMinutes(1)));

        (int several, JsonElement problem) = await app.DeleteAsync("/admin/rules/header:X:a/b");
        (int narrowed, _) = await app.DeleteAsync("/admin/rules/header:X:a%2Fb?policy=api");
        (int last, _) = await app.DeleteAsync("/admin/rules/header:X:a/b");
        (int gone, _) = await app.DeleteAsync("/admin/rules/header:X:a/b");
        (int whole, _) = await app.DeleteAsync("/admin/rules/search");

        Assert.Equal(409, several);
        Assert.Contains("api, search", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((204, 204, 404, 204), (narrowed, last, gone, whole));
        Assert.Null(app.Policies.Find("search"));
    }

    [Theory]
    [InlineData("""{"capacity":1,"refill_rate":1}""", "key", "key is missing")]
    [InlineData("""{"key":"","capacity":1,"refill_rate":1}""", "key", "key has 0 characters; it must have 1 to 4096")]
    [InlineData("""{"key":"bob"}""", "algorithm", "the rule has no limit; it must have one of: limit, limits, or algorithm")]
    [InlineData("""{"key":"bob","capacity":0,"refill_rate":1}""", "capacity", "capacity is 0; it must be between 1 and 1000000000000000")]
    [InlineData("""{"key":"bob","capacity":-5,"refill_rate":1}""", "capacity", "capacity is -5; it must be between 1 and")]
    [InlineData("""{"key":"bob","capacity":1e30,"refill_rate":1}""", "capacity", "capacity is 1e30; it must be a whole number")]
    [InlineData("""{"key":"bob","capacity":"ten","refill_rate":1}""", "capacity", "capacity is \"ten\"; it must be a whole number")]
    [InlineData("""{"key":"bob","capacity":10,"refill_rate":0}""", "refill_rate", "refill_rate is 0; it must be above 0")]
    [InlineData("""{"key":"bob","algorithm":"leaky_bucket","capacity":10,"leak_rate":-1}""", "leak_rate", "leak_rate is -1; it must be above 0")]
    [InlineData("""{"key":"bob","algorithm":"fixed_window","max_requests":0,"window":"1s"}""", "max_requests", "max_requests is 0; it must be between 1 and")]
    [InlineData("""{"key":"bob","limits":[]}""", "limits", "limits is a list of 0 texts; it must have 1 to 32")]
    [InlineData("""{"key":"\ud800","capacity":1,"refill_rate":1}""", "key", "key is \"\\ud800\"; it must be whole characters")]
    [InlineData("""{"key":"bob","limits":"\udc00"}""", "limits", "it must be whole characters")]
    [InlineData("""{"key":"bob","limits":["fixed_window(permits=1, window=1s)","a\ud83d"]}""", "limits", "it must be whole characters")]
    [InlineData("""{"key":"api","capacity":1,"refill_rate":1,"cost":"\ud800"}""", "cost", "it must be whole characters")]
    [InlineData("""{"key":"bob","capacity":10}""", "refill_rate", "refill_rate is missing")]
    [InlineData("""{"key":"bob","algorithm":"magic","capacity":10}""", "algorithm", "algorithm is 'magic'; it must be token_bucket")]
    [InlineData("""{"key":"bob","algorithm":"fixed_window","capacity":10,"window":"1s"}""", "capacity", "capacity is no number of fixed_window")]
    [InlineData("""{"key":"bob","algorithm":"fixed_window","permits":10,"window":"1s, name=x"}""", "window", "window is '1s, name=x'; it must be a duration")]
    [InlineData("""{"key":"bob","algorithm":"fixed_window","permits":10,"window_duration_seconds":0}""", "window_duration_seconds", "window_duration_seconds is 0; it must be between 0.000001")]
    [InlineData("""{"key":"bob","algorithm":"sliding_log","permits":1000001,"window":"1s"}""", "permits", "permits is 1000001; it must be between 1 and 1000000")]
    [InlineData("""{"key":"bob","limit":"token_bucket(capacity=10)"}""", "limit", "expected")]
    [InlineData("""{"key":"bob","limit":"a","capacity":10}""", "limit", "in several ways")]
    [InlineData("""{"key":"bob","capacity":1,"refill_rate":1,"colour":"red"}""", "colour", "'colour' is no field here; known are key, policy")]
    [InlineData("""{"key":"bob","capacity":1,"refill_rate":1,"shadow":true}""", "shadow", "shadow belongs to a policy")]
    [InlineData("""{"key":"api","capacity":1,"refill_rate":1,"queue_limit":-1}""", "queue_limit", "queue_limit is -1; it must be between 0 and 1000000")]
    [InlineData("""{"key":"api","capacity":1,"refill_rate":1,"max_wait_seconds":3601}""", "max_wait_seconds", "max_wait_seconds is 3601; it must be between 0 and 3600")]
    [InlineData("""{"key":"api","capacity":1,"refill_rate":1,"key_sources":["shoe"]}""", "key_sources", "'shoe' is not a key source")]
    [InlineData("""{"key":"api","capacity":1,"refill_rate":1,"cost":"-1"}""", "cost", "'-1' is not a cost")]
    [InlineData("""{"key":"api","capacity":1,"refill_rate":1,"on_store_failure":"panic"}""", "on_store_failure", "on_store_failure is 'panic'; it must be open, closed or local")]
    [InlineData("""{"key":"a\"b","kind":"policy","capacity":1,"refill_rate":1}""", "key", "the name of a policy has U+0022")]
    public async Task Refuses_a_rule_that_cannot_be_and_names_the_field(string json, string field, string detail)
    {
        await using AdminApp app = await AdminApp.StartAsync();
        long version = app.Policies.Version;

        (int status, JsonElement problem) = await app.PostAsync("/admin/rules", json);

        Assert.Equal(400, status);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(version, app.Policies.Version);
        Assert.Empty(app.Log.All);
    }

    [Theory]
    [InlineData("", "the body is not JSON")]
    [InlineData("{", "the body is not JSON in line 1")]
    [InlineData("""{"key":"bob","\ud800":1}""", "the name of a field has half of a surrogate pair")]
    [InlineData("""{"k\u0065y\ud800":"bob","\ud800":1,"\ud800":1}""", "")]
    [InlineData("[]", "the body is a list; it must be a JSON object")]
    [InlineData("""{"key":"a","key":"b"}""", "the body is not JSON")]
    [InlineData("""{"key":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}""", "the body is not JSON")]
    public async Task Refuses_a_body_that_is_no_object(string json, string detail)
    {
        await using AdminApp app = await AdminApp.StartAsync();
        (int status, JsonElement problem) = await app.PostAsync("/admin/rules", json);
        Assert.Equal(400, status);
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_other_types_and_long_bodies()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        string fitting = $$"""{"key":"bob","capacity":1,"refill_rate":1}""".PadRight(64 * 1024);

        (int form, _) = await app.SendAsync(HttpMethod.Post, "/admin/rules", """{"key":"bob","capacity":1,"refill_rate":1}""", "text/plain");
        (int fits, _) = await app.PostAsync("/admin/rules", fitting);
        (int tooLong, JsonElement problem) = await app.PostAsync("/admin/rules", fitting + " ");
        using HttpRequestMessage chunked = new(HttpMethod.Post, "/admin/rules") { Content = new StringContent(fitting + " ", null, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage answer = await app.Client.SendAsync(chunked, TestContext.Current.CancellationToken);

        Assert.Equal((415, 201, 413, 413), (form, fits, tooLong, (int)answer.StatusCode));
        Assert.Contains("65536 bytes", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_body_that_is_not_UTF_8()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        foreach (string latin1 in (string[])["""{"key":"caf\u00e9","capacity":1,"refill_rate":1}""", """{"key":"bob","capacity":["\u00e9"],"refill_rate":1}"""])
        {
            using ByteArrayContent content = new(System.Text.Encoding.Latin1.GetBytes(latin1.Replace("\\u00e9", "\u00e9", StringComparison.Ordinal)));
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage answer = await app.Client.PostAsync(new Uri("/admin/rules", UriKind.Relative), content, TestContext.Current.CancellationToken);
            Assert.Equal(400, (int)answer.StatusCode);
            Assert.Contains("the body is not UTF-8", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Quotes_in_a_problem_are_not_escaped()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        using StringContent content = new("""{"key":"bob","algorithm":"magic","capacity":10}""", null, "application/json");
        using HttpResponseMessage answer = await app.Client.PostAsync(new Uri("/admin/rules", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Contains("algorithm is 'magic'; it must be", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_in_use_is_not_deleted()
    {
        await using AdminApp app = await AdminApp.StartAsync(builder =>
            Microsoft.Extensions.DependencyInjection.HeadgateServiceCollectionExtensions.AddHeadgate(builder.Services).AddRoute(new Headgate.Extensions.RateLimitRoute("/**", ["api"])));

        (int status, JsonElement problem) = await app.DeleteAsync("/admin/rules/api");

        Assert.Equal(409, status);
        Assert.Contains("the policy 'api' cannot be removed: the route /** uses it", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotNull(app.Policies.Find("api"));
    }

    [Fact]
    public async Task Logs_one_line_for_each_change_and_never_a_key()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        await app.PostAsync("/admin/rules", """{"key":"secret-key-1","capacity":5,"refill_rate":1}""");
        await app.PostAsync("/admin/update-rule", """{"client_id":"secret-key-1","capacity":6,"refill_rate":1}""");
        await app.PostAsync("/admin/reset/secret-key-1");
        await app.DeleteAsync("/admin/rules/secret-key-1");
        await app.GetAsync("/admin/stats/secret-key-1");

        // printf %s secret-key-1 | sha256sum | cut -c1-12
        string name = "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("secret-key-1"u8))[..12];
        Assert.Equal(
            [
                $"Information RuleCreated: loopback created the override {name} of policy api: token_bucket(capacity=5, refill=1/s)",
                $"Information RuleReplaced: loopback replaced the override {name} of policy api: token_bucket(capacity=6, refill=1/s)",
                $"Information KeyReset: loopback reset the key {name} in 0 states ()",
                $"Information RuleDeleted: loopback deleted the override {name} of policy api, which was: token_bucket(capacity=6, refill=1/s)",
            ],
            app.Log.All);
    }
}
