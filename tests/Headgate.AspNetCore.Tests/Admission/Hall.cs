using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore.Tests.Admission;

/// <summary>An application whose requests stay inside until the test lets them go.</summary>
internal sealed class Hall : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _doors = new(StringComparer.Ordinal);
    private int _inside, _entered;

    private Hall()
    {
    }

    public App App { get; private set; } = null!; // set before anybody has it

    public FairGate Gate => App.Services.GetRequiredService<FairGate>();

    public int Inside => Volatile.Read(ref _inside);

    public int Entered => Volatile.Read(ref _entered);

    /// <summary>The flow of who entered last.</summary>
    public string Last { get; private set; } = "";

    public static async Task<Hall> StartAsync(Func<HeadgateAdmissionOptions, HeadgateAdmissionOptions> configure)
    {
        Hall hall = new();
        hall.App = await App.StartAsync(_ => { }, hall.Build, builder => builder.Services
            .AddHeadgateAdmission(o => o with { FlowOf = context => context.Request.Query["flow"].ToString() })
            .AddHeadgateAdmission(configure));
        return hall;
    }

    /// <summary>A request that stays inside until <see cref="Release"/> lets one of its flow go.</summary>
    public Task<HttpStatusCode> HoldAsync(string flow) => App.GetAsync($"/hold?flow={flow}");

    public async Task<HttpStatusCode> QuickAsync(string flow)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, flow.Length < 100 ? $"/quick?flow={flow}" : "/quick");
        request.Headers.TryAddWithoutValidation("X-Flow", flow);
        using HttpResponseMessage response = await App.Client.SendAsync(request);
        return response.StatusCode;
    }

    public void Release(string flow) => DoorOf(flow).Release();

    public Task InsideAsync(int count) => Soon.UntilAsync(() => Inside == count);

    public Task QueuedAsync(int count) => Soon.UntilAsync(() => Gate.Queued == count);

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private SemaphoreSlim DoorOf(string flow) => _doors.GetOrAdd(flow, _ => new SemaphoreSlim(0));

    private void Build(WebApplication app)
    {
        app.UseHeadgateAdmission();
        app.MapGet("/hold", async (string flow) =>
        {
            Last = flow;
            Interlocked.Increment(ref _inside);
            Interlocked.Increment(ref _entered);
            await DoorOf(flow).WaitAsync();
            Interlocked.Decrement(ref _inside);
        });
        app.MapMethods("/quick", ["GET", "HEAD", "POST"], () => "quick");
        app.MapGet("/exempt/x", () => "exempt");
        app.MapGet("/throws", string () => throw new InvalidOperationException("planned"));
        app.MapGet("/health", () => "healthy").DisableHeadgateAdmission();
        app.MapGet("/by-attribute", [DisableHeadgateAdmission] () => "open");
    }
}
