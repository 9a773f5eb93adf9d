using System.Net;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Docs.Tests;

/// <summary>The middleware under a configuration file, on a clock that the test sets, and requests without a network.</summary>
internal sealed class LimitedPipeline : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly RequestDelegate _run;

    private LimitedPipeline(ServiceProvider services, RequestDelegate run) => (_services, _run) = (services, run);

    public VirtualClock Clock => (VirtualClock)_services.GetRequiredService<TimeProvider>();

    public IRateLimitPolicies Policies => _services.GetRequiredService<IRateLimitPolicies>();

    public static LimitedPipeline Of(string configuration, Func<HeadgateBuilder, HeadgateBuilder>? more = null,
        RequestDelegate? endpoint = null)
    {
        using TextFile file = new("headgate.yaml", configuration);
        ServiceCollection services = new();
        services.AddLogging().AddSingleton<TimeProvider>(new VirtualClock());
        HeadgateBuilder headgate = services.AddHeadgate().AddConfigurationFile(file.Path, reloadOnChange: false);
        more?.Invoke(headgate);
        ServiceProvider provider = services.BuildServiceProvider();
        ApplicationBuilder app = new(provider);
        app.UseHeadgate();
        app.Run(endpoint ?? (_ => Task.CompletedTask));
        return new(provider, app.Build());
    }

    /// <summary>Sends requests, one after the other, and says how many were admitted.</summary>
    public async Task<int> AdmittedAsync(int requests, string request, string connection, params (string Name, string Value)[] fields)
    {
        int admitted = 0;
        for (int i = 0; i < requests; i++) admitted += (await SendAsync(request, connection, fields)).Response.StatusCode == 200 ? 1 : 0;
        return admitted;
    }

    /// <param name="request">A method and a path: <c>GET /api/orders</c>.</param>
    /// <param name="connection">The address that the request comes from.</param>
    /// <param name="fields">Header fields.</param>
    public async Task<HttpContext> SendAsync(string request, string connection, params (string Name, string Value)[] fields)
    {
        string[] parts = request.Split(' ');
        DefaultHttpContext context = new() { RequestServices = _services };
        context.Request.Method = parts[0];
        context.Request.Path = parts[1];
        context.Connection.RemoteIpAddress = IPAddress.Parse(connection);
        foreach ((string name, string value) in fields) context.Request.Headers[name] = value;
        context.Response.Body = new MemoryStream();
        await _run(context);
        return context;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
