using System.Text;
using System.Text.Json;
using Headgate.AspNetCore.Answers;
using Headgate.Conformance;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.AspNetCore.Tests.Answers;

/// <summary>Policies on a memory store and a clock that stands still, and requests without a network.</summary>
internal sealed class AnswerRig : IDisposable
{
    private readonly MemoryStore _store;

    public AnswerRig(params RateLimitPolicy[] policies)
    {
        Clock = new FakeClock();
        _store = new MemoryStore(Clock);
        PolicySnapshot inForce = new RateLimitPolicies(_store, Clock, new PolicyLayers { Code = new PolicySettings { Policies = policies } }).Current;
        Policies = [.. policies.Select(policy => inForce.Policies[policy.Name])];
    }

    public FakeClock Clock { get; }

    public ActivePolicy[] Policies { get; }

    public ActiveLimit[] Limits => [.. Policies.Select(policy => policy.LimitOf("user:alice"))];

    public static AnswerRig Of(string limit, string name = "api") => new(new RateLimitPolicy(name, Limit.Parse(limit)));

    public static DefaultHttpContext Request(string method = "GET", string? accept = null)
    {
        DefaultHttpContext context = new();
        context.Request.Method = method;
        context.Request.Protocol = "HTTP/1.1";
        if (accept is not null) context.Request.Headers.Accept = accept;
        context.Response.Body = new MemoryStream();
        return context;
    }

    public static string BodyOf(HttpContext context) => Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());

    public static JsonElement JsonOf(HttpContext context) => JsonDocument.Parse(BodyOf(context)).RootElement;

    public Task<Decision> AskAsync(long cost = 1) =>
        _store.AcquireAsync(Policies.Select(policy => new Charge("user:alice", policy.LimitOf("user:alice").Limit, cost) { Namespace = policy.Name }).ToArray()).AsTask();

    public async Task<DefaultHttpContext> RefuseAsync(Decision decision, AnswerOptions? options = null, DefaultHttpContext? context = null)
    {
        context ??= Request();
        await new AnswerWriter(options ?? AnswerOptions.Default).RefuseAsync(context, Policies, Limits, decision);
        return context;
    }

    public void Dispose() => _store.Dispose();
}

/// <summary>A response that has started.</summary>
internal sealed class StartedResponse : HttpResponseFeature
{
    public override bool HasStarted => true;
}
