using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Headgate.Server.Tests.Fuzz;

/// <summary>Sends bad requests to a service, and looks at every answer.</summary>
internal sealed class FuzzRun(Service service, int seed, TimeSpan patience)
{
    private const int Lanes = 4;

    /// <summary>A request of a tenant that nobody else names, among so many others.</summary>
    private const int RequestsPerProbe = 20;

    /// <summary>Each probe takes one of these, and is asked again and again: what others do must not show.</summary>
    private const int Probes = 5;

    private const int ProbePermits = 1_000;
    private const string Continue = "HTTP/1.1 100 Continue\r\n\r\n";

    private readonly ConcurrentQueue<string> _failures = new();
    private int _answered;

    /// <summary>What went wrong, with the request that showed it.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Requests that were answered at all.</summary>
    public int Answered => _answered;

    public async Task SendAsync(int requests, CancellationToken ct)
    {
        List<FuzzRequest> seeds = FuzzSeeds.Of(service);
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => RunLaneAsync(lane, seeds, requests / Lanes, ct)));
    }

    private async Task RunLaneAsync(int lane, List<FuzzRequest> seeds, int requests, CancellationToken ct)
    {
        Random random = new(seed + lane);
        RequestMutator mutator = new(random);
        int[] taken = new int[Probes];
        for (int i = 0; i < requests && _failures.Count < 10; i++)
        {
            if (i % RequestsPerProbe == 0) await ProbeAsync(lane, random.Next(Probes), taken, ct);
            await SendAsync(mutator.Mutate(seeds[random.Next(seeds.Count)]), ct);
        }
    }

    private async Task SendAsync(FuzzRequest request, CancellationToken ct)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(patience);
        try
        {
            using TcpClient client = new() { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, service.Address.Port, late.Token);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(request.ToBytes(service.Address.Authority), late.Token);
            // A body that never comes: its sender has gone.
            if (request.DeclaredLength is not null) client.Client.Shutdown(SocketShutdown.Send);
            using MemoryStream answer = new();
            await stream.CopyToAsync(answer, late.Token);
            Look(request, Encoding.Latin1.GetString(answer.ToArray()));
        }
        catch (IOException) when (!ct.IsCancellationRequested)
        {
            // The service closes a connection on what is no HTTP, and may do so while it is still being sent.
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Fail($"No answer within {patience.TotalSeconds:0} s.", request);
        }
    }

    private void Look(FuzzRequest request, string answer)
    {
        if (answer.Length == 0)
        {
            if (request.DeclaredLength is null) Fail("The connection was closed without an answer.", request);
            return;
        }

        Interlocked.Increment(ref _answered);
        if (answer.StartsWith(Continue, StringComparison.Ordinal) && answer.Length > Continue.Length) answer = answer[Continue.Length..];
        if (!answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || !int.TryParse(answer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            Fail($"The answer is no HTTP: {answer}.", request);
        }
        else if (status >= 500 && !(status == 503 && answer.Contains("\r\nRetry-After:", StringComparison.OrdinalIgnoreCase)))
        {
            Fail($"The answer is {answer}.", request);
        }
        else if (answer.Contains("Headgate.Server.", StringComparison.Ordinal) && answer.Contains("   at ", StringComparison.Ordinal))
        {
            Fail($"The answer tells what the code is like: {answer}.", request);
        }
        else if (status >= 400 && answer.Contains("application/problem+json", StringComparison.Ordinal) && request.Method != "HEAD" && !IsProblem(answer, status))
        {
            Fail($"The answer is no problem: {answer}.", request);
        }
    }

    private static bool IsProblem(string answer, int status)
    {
        string body = BodyOf(answer);
        try
        {
            using JsonDocument problem = JsonDocument.Parse(Encoding.Latin1.GetBytes(body));
            return problem.RootElement.GetProperty("status").GetInt32() == status && problem.RootElement.GetProperty("detail").GetString() is { Length: > 0 };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string BodyOf(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return "";
        string rest = answer[(end + 4)..];
        if (!answer[..end].Contains("\r\nTransfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)) return rest;
        StringBuilder body = new();
        while (true)
        {
            int line = rest.IndexOf("\r\n", StringComparison.Ordinal);
            if (line < 0 || !int.TryParse(rest.AsSpan(0, line), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int length)) return "";
            if (length == 0) return body.ToString();
            body.Append(rest, line + 2, length);
            rest = rest[(line + 4 + length)..];
        }
    }

    /// <summary>A tenant of this lane's own gets exactly what it would if it were alone.</summary>
    private async Task ProbeAsync(int lane, int probe, int[] taken, CancellationToken ct)
    {
        string tenant = string.Create(CultureInfo.InvariantCulture, $"probe/{seed}/{lane}/{probe}");
        string body = $$"""{"tenant_id":"{{tenant}}","client_id":"c1","action_type":"login","max_requests":{{ProbePermits}},"window_duration_seconds":86400000}""";
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await service.Client.PostAsync(new Uri("/api/check_and_consume", UriKind.Relative), content, ct);
        string text = await response.Content.ReadAsStringAsync(ct);
        // Load management is the fuzzer's to change too.
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return;
        taken[probe]++;
        if (response.StatusCode != HttpStatusCode.OK || !text.Contains($"\"remaining_requests\":{ProbePermits - taken[probe]},", StringComparison.Ordinal))
            _failures.Enqueue($"The tenant {tenant}, which nobody else names, has taken {taken[probe]} of {ProbePermits} and was answered {(int)response.StatusCode} {text}. Seed {seed}.");
    }

    private void Fail(string what, FuzzRequest request) => _failures.Enqueue($"{what}\nSeed {seed}. The request was:\n{request}");
}
