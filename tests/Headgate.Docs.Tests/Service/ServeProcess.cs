using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Headgate.Docs.Tests.Service;

/// <summary><c>headgate serve</c> as a process of its own, on a free port, with nothing configured.</summary>
internal sealed partial class ServeProcess : IAsyncDisposable
{
    /// <summary>The address on the pages, in whose place the real one is put.</summary>
    public const string AddressOnPages = "http://127.0.0.1:5000";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task _draining;

    private ServeProcess(Process process, string address, Task draining) => (_process, Address, _draining) = (process, address, draining);

    public string Address { get; }

    public static async Task<ServeProcess> StartAsync(CancellationToken ct)
    {
        ProcessStartInfo start = new("dotnet", [Repository.ProgramOf("Headgate.Cli"), "serve", "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            StringBuilder said = new();
            while (true)
            {
                string line = await process.StandardOutput.ReadLineAsync(patience.Token)
                    ?? throw new InvalidOperationException($"serve ended before it listened: {said}{await errors}");
                said.AppendLine(line);
                if (Listening().Match(line) is not { Success: true } match) continue;
                ServeProcess serve = new(process, match.Groups["address"].Value, Task.WhenAll(errors, process.StandardOutput.ReadToEndAsync(CancellationToken.None)));
                await WarmAsync(serve.Address, patience.Token);
                return serve;
            }
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>A page's program, with the real address in it.</summary>
    public string Here(string text) => text.Replace(AddressOnPages, Address, StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _draining;
        _process.Dispose();
    }

    /// <summary>Code that runs for the first time may take longer than a client's time-out on a busy machine. A tenant of its own, and looking only.</summary>
    private static async Task WarmAsync(string address, CancellationToken ct)
    {
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        using StringContent check = new("""{"tenant_id":"warm","client_id":"warm","action_type":"warm","cost":0}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri("/api/check_and_consume", UriKind.Relative), check, ct);
        response.EnsureSuccessStatusCode();
    }

    [GeneratedRegex(@"(?<address>http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
