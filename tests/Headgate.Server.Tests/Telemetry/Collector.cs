using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Tests.Telemetry;

/// <summary>Takes what is sent by OTLP over HTTP, as a collector does.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string? Type, byte[] Body)> _received;

    private Collector(WebApplication app, ConcurrentQueue<(string Path, string? Type, byte[] Body)> received)
    {
        _app = app;
        _received = received;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public static async Task<Collector> StartAsync()
    {
        ConcurrentQueue<(string Path, string? Type, byte[] Body)> received = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.MapPost("/v1/{signal}", (RequestDelegate)(async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue((context.Request.Path.Value!, context.Request.ContentType, body.ToArray()));
            context.Response.StatusCode = (int)HttpStatusCode.OK;
            context.Response.ContentType = "application/x-protobuf";
        }));
        await app.StartAsync();
        return new Collector(app, received);
    }

    /// <summary>The bodies of a signal, all together. Texts stand in protobuf as they are, in UTF-8.</summary>
    public byte[] Received(string signal)
    {
        Assert.All(_received, request => Assert.Equal("application/x-protobuf", request.Type));
        return [.. _received.Where(request => request.Path == $"/v1/{signal}").SelectMany(request => request.Body)];
    }

    public static bool Has(byte[] bytes, string text) => Has(bytes, Encoding.UTF8.GetBytes(text));

    public static bool Has(byte[] bytes, byte[] part) => bytes.AsSpan().IndexOf(part) >= 0;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
