using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Headgate.Cli.Soak;

/// <summary>What else happens to a service: each second a change of its configuration, a look at it, and a scrape.</summary>
internal sealed class Disturbances : IDisposable
{
    private const string HeapMetric = "dotnet_gc_last_collection_memory_committed_size";
    private const int KeptErrors = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly string[] Algorithms = ["sliding_log", "sliding_window", "fixed_window", "token_bucket", "leaky_bucket"];

    private readonly HttpClient _client;
    private readonly TimeProvider _clock;
    private readonly bool _isStoreAway;
    private long _heapBytes = -1;

    /// <param name="target">The service.</param>
    /// <param name="key">An administrator's secret; null for none.</param>
    /// <param name="isStoreAway">True if Redis goes away meanwhile: then a change may be refused (503).</param>
    /// <param name="clock">For the pauses.</param>
    public Disturbances(SoakTarget target, string? key, bool isStoreAway, TimeProvider clock)
    {
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{target.EndPoint}"), Timeout = TimeSpan.FromSeconds(30) };
        _client.DefaultRequestHeaders.Host = target.Host;
        if (key is not null) _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _isStoreAway = isStoreAway;
        _clock = clock;
    }

    public long Changes { get; private set; }

    public long Scrapes { get; private set; }

    public long Refused { get; private set; }

    public List<string> Errors { get; } = [];

    public long ErrorCount { get; private set; }

    /// <summary>From the latest scrape; null if it does not say.</summary>
    public long? HeapBytes => Volatile.Read(ref _heapBytes) is >= 0 and long bytes ? bytes : null;

    /// <summary>The limits that the load meets: one algorithm for each two tenants, small and with a short memory, so that keys are forgotten meanwhile.</summary>
    public async Task PrepareAsync()
    {
        for (int tenant = 0; tenant < 10; tenant++) await ChangeAsync(tenant, 100).ConfigureAwait(false);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        for (int turn = 0; !stop.IsCancellationRequested; turn++)
        {
            await ChangeAsync(turn % 10, 100 + (turn % 7)).ConfigureAwait(false);
            await AskAsync(HttpMethod.Get, "/api/config", null).ConfigureAwait(false);
            await AskAsync(HttpMethod.Get, $"/api/status/tenant-{turn % 10}/client-{turn:D10}/soak", null).ConfigureAwait(false);
            if (await AskAsync(HttpMethod.Get, "/metrics", null).ConfigureAwait(false) is { } metrics)
            {
                Scrapes++;
                ReadHeap(metrics);
            }

            await Task.WhenAny(Task.Delay(Pause, _clock, stop)).ConfigureAwait(false);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task ChangeAsync(int tenant, int permits)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/api/config/tenant/tenant-{tenant}/action/soak");
        string body = string.Create(CultureInfo.InvariantCulture, $$"""{"max_requests":{{permits}},"window_duration_seconds":10,"algorithm":"{{Algorithms[tenant / 2]}}"}""");
        if (await AskAsync(HttpMethod.Put, path, body).ConfigureAwait(false) is not null) Changes++;
    }

    private async Task<string?> AskAsync(HttpMethod method, string path, string? body)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(request).ConfigureAwait(false);
            string text = await answer.Content.ReadAsStringAsync().ConfigureAwait(false);
            if (answer.IsSuccessStatusCode) return text;
            if ((int)answer.StatusCode == 503 && _isStoreAway) Refused++;
            else Fail(string.Create(CultureInfo.InvariantCulture, $"{method} {path}: status {(int)answer.StatusCode} {PlainText.Clean(text, 200)}"));
        }
        catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException)
        {
            Fail($"{method} {path}: {PlainText.Reason(broken)}");
        }

        return null;
    }

    private void Fail(string error)
    {
        ErrorCount++;
        if (Errors.Count < KeptErrors) Errors.Add(error);
    }

    private void ReadHeap(string metrics)
    {
        foreach (ReadOnlySpan<char> line in metrics.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(HeapMetric, StringComparison.Ordinal)) continue;
            int space = line.LastIndexOf(' ');
            if (space > 0 && double.TryParse(line[(space + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double bytes)) Volatile.Write(ref _heapBytes, (long)bytes);
        }
    }
}
