using System.Collections.Concurrent;
using System.Net;
using Headgate.AspNetCore.Answers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Answers;

/// <summary>Kestrel on loopback, which answers a path with a decision: in one protocol, as there is no TLS to choose one by.</summary>
internal sealed class AnswerServer : IAsyncDisposable
{
    private const string Bucket = "token_bucket(capacity=10, refill=1/s)";

    private static readonly Decision Denied = new() { DecidedBy = "api", Limit = 10, RetryAfter = TimeSpan.FromMicroseconds(2_500_001), ResetAfter = TimeSpan.FromSeconds(9) };

    private readonly WebApplication _app;
    private readonly AnswerRig _rig = AnswerRig.Of(Bucket);
    private readonly AnswerRig _named = AnswerRig.Of(Bucket, "100% & <api>");
    private readonly AnswerWriter _writer;

    private AnswerServer(WebApplication app, AnswerOptions options) => (_app, _writer) = (app, new AnswerWriter(options));

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>How often each path was asked for.</summary>
    public ConcurrentDictionary<string, int> Calls { get; } = [];

    public static async Task<AnswerServer> StartAsync(HttpProtocols protocol, AnswerOptions? options = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
        AnswerServer server = new(builder.Build(), options ?? AnswerOptions.Default);
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rig.Dispose();
        _named.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!.Split('/')[^1];
        int calls = Calls.AddOrUpdate(path, 1, (_, before) => before + 1);
        switch (path)
        {
            case "Denied" or "DeniedOnce" when path == "Denied" || calls == 1:
                await RefuseAsync(context, _rig, path == "Denied" ? Denied : Denied with { RetryAfter = TimeSpan.FromMilliseconds(150) });
                break;
            case "Never":
                await RefuseAsync(context, _rig, Denied with { RetryAfter = Timeout.InfiniteTimeSpan });
                break;
            case "Down":
                await RefuseAsync(context, _rig, new Decision { Source = DecisionSource.FailClosed, RetryAfter = TimeSpan.FromSeconds(1) });
                break;
            case "Named":
                await RefuseAsync(context, _named, Denied with { DecidedBy = "100% & <api>" });
                break;
            case "Started":
                await context.Response.WriteAsync("half of");
                await context.Response.Body.FlushAsync();
                await RefuseAsync(context, _rig, Denied);
                break;
            default:
                await AllowAsync(context);
                break;
        }
    }

    private Task RefuseAsync(HttpContext context, AnswerRig rig, Decision decision) => _writer.RefuseAsync(context, rig.Policies, rig.Limits, decision).AsTask();

    /// <summary>As a gRPC server says "an empty message, and all went well", for gRPC calls.</summary>
    private async Task AllowAsync(HttpContext context)
    {
        _writer.WriteFields(context, _rig.Limits[0], new Decision { IsAllowed = true, DecidedBy = "api", Limit = 10, Remaining = 9, ResetAfter = TimeSpan.FromSeconds(1) });
        if (GrpcKinds.Of(context.Request) == GrpcKind.None)
        {
            await context.Response.WriteAsync("allowed");
            return;
        }

        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
