using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Headgate.Benchmarks.OnServe;

/// <summary>What wrk saw in one run, and what it cost the server.</summary>
/// <param name="PerSecond">Requests answered.</param>
/// <param name="P99Microseconds">The time that 99 of 100 requests took at most.</param>
/// <param name="CpuNanoseconds">Processor time of the server a request.</param>
internal sealed partial record WrkRun(double PerSecond, double P99Microseconds, double CpuNanoseconds)
{
    /// <summary>Posts one body again and again for some seconds.</summary>
    public static async Task<WrkRun> PostAsync(ServerProcess server, string path, string body, int connections, int seconds, CancellationToken ct)
    {
        string script = Path.Combine(Path.GetTempPath(), $"headgate-wrk-{Environment.ProcessId}.lua");
        await File.WriteAllTextAsync(script, $"wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.body = [==[{body}]==]\n", ct).ConfigureAwait(false);
        try
        {
            TimeSpan before = server.CpuTime;
            ProcessStartInfo start = new("wrk",
                ["-t1", string.Create(CultureInfo.InvariantCulture, $"-c{connections}"), string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), "--latency", "-s", script, server.Address + path])
            {
                RedirectStandardOutput = true,
            };
            using Process wrk = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
            string output = await wrk.StandardOutput.ReadToEndAsync(ct).ConfigureAwait(false);
            await wrk.WaitForExitAsync(ct).ConfigureAwait(false);
            if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
                throw new InvalidOperationException($"wrk saw errors: {output.Trim()}");
            double requests = Number(Requests().Match(output).Groups[1].Value);
            Match p99 = P99().Match(output);
            double unit = p99.Groups[2].Value switch { "us" => 1, "ms" => 1_000, _ => 1_000_000 };
            return new WrkRun(Number(RequestsPerSecond().Match(output).Groups[1].Value), Number(p99.Groups[1].Value) * unit, (server.CpuTime - before).TotalNanoseconds / requests);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number : throw new InvalidOperationException("wrk's output cannot be read.");

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99();
}
