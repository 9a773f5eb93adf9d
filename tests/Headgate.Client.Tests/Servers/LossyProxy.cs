using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Client.Tests.Servers;

/// <summary>Passes requests on, and loses an answer when it is told to.</summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _target;
    private readonly Fault _fault;
    private int _lose;

    private LossyProxy(Uri target, Fault fault)
    {
        (_target, _fault) = (target, fault);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(PassAsync);
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<LossyProxy> StartAsync(Uri target, Fault fault)
    {
        LossyProxy proxy = new(target, fault);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>The next answer is lost.</summary>
    public void LoseNext() => Volatile.Write(ref _lose, 1);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        string raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        Uri address = new(_target.GetLeftPart(UriPartial.Authority) + raw, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using HttpRequestMessage request = new(new HttpMethod(context.Request.Method), address);
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
        }

        foreach (string name in (string[])["If-Match", "If-None-Match"])
        {
            if (context.Request.Headers.TryGetValue(name, out var values)) request.Headers.TryAddWithoutValidation(name, (string?)values);
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        if (Interlocked.Exchange(ref _lose, 0) != 0)
        {
            if (_fault == Fault.HalfAnswer)
            {
                context.Response.StatusCode = (int)response.StatusCode;
                if (response.StatusCode != HttpStatusCode.NoContent)
                {
                    context.Response.ContentLength = answer.Length + 1;
                    await context.Response.Body.WriteAsync(answer);
                    await context.Response.Body.FlushAsync();
                }
            }

            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        if (response.Content.Headers.ContentType is { } type) context.Response.ContentType = type.ToString();
        if (response.Headers.ETag is { } tag) context.Response.Headers.ETag = tag.ToString();
        if (answer.Length > 0) await context.Response.Body.WriteAsync(answer);
    }
}
