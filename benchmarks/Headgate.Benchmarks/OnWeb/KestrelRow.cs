using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Benchmarks.OnWeb;

/// <summary>Requests a second over Kestrel, of one endpoint with Headgate and of the same endpoint without, in turn, as wrk counts them.</summary>
internal static partial class KestrelRow
{
    private const string Title = "requests a second over Kestrel, wrk on the same machine";
    private const double LeastRatio = 0.95;

    private static readonly string[] TableHeader = ["", "requests a second", "lowest round", "highest round", "server CPU a request"];

    public static async Task<RowResult> MeasureAsync(Mode mode, CancellationToken ct)
    {
        (int rounds, int seconds) = mode == Mode.Full ? (12, 4) : (4, 2);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHeadgate(h => h.AddPolicy("per-client", Limit.TokenBucket(1_000_000_000, Rate.PerSecond(100_000_000))));
        await using WebApplication app = builder.Build();
        app.UseHeadgate();
        app.MapGet("/without", () => "ok");
        app.MapGet("/with", () => "ok").RequireHeadgate("per-client");
        await app.StartAsync(ct).ConfigureAwait(false);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        try
        {
            List<Round> without = [];
            List<Round> with = [];
            await WrkAsync($"{address}/without", seconds, ct).ConfigureAwait(false);
            await WrkAsync($"{address}/with", seconds, ct).ConfigureAwait(false);
            for (int round = 0; round < rounds; round++)
            {
                // Now this one first, now that one: what drifts slows both.
                if (round % 2 == 0) without.Add(await WrkAsync($"{address}/without", seconds, ct).ConfigureAwait(false));
                with.Add(await WrkAsync($"{address}/with", seconds, ct).ConfigureAwait(false));
                if (round % 2 == 1) without.Add(await WrkAsync($"{address}/without", seconds, ct).ConfigureAwait(false));
            }

            List<double> ratios = [.. with.Zip(without, (mine, other) => mine.PerSecond / other.PerSecond)];
            string spread = string.Create(CultureInfo.InvariantCulture, $"{Quantile.Of(ratios, 0.25):0.00} to {Quantile.Of(ratios, 0.75):0.00}");
            return new RowResult("kestrel", Title, TableHeader, [Line("without", without), Line("with Headgate, RateLimit fields", with)],
                [new Check("with Headgate: of the requests without", Bound.AtLeast, LeastRatio, Quantile.Median(ratios), "", spread)],
                [string.Create(CultureInfo.InvariantCulture, $"wrk -t1 -c32 -d{seconds}s, {rounds} rounds of each in turn; client and server share the machine.")], new { with, without });
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return RowResult.Failed("kestrel", Title, $"{e.Message} Install wrk: apt-get install wrk.");
        }
    }

    private static string[] Line(string what, List<Round> rounds)
    {
        List<double> rates = [.. rounds.Select(round => round.PerSecond)];
        return [what, Number(Quantile.Median(rates)), Number(rates.Min()), Number(rates.Max()), BenchTable.Nanoseconds(Quantile.Median([.. rounds.Select(round => round.CpuNanoseconds)]))];
    }

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static async Task<Round> WrkAsync(string url, int seconds, CancellationToken ct)
    {
        ProcessStartInfo start = new("wrk", ["-t1", "-c32", string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), url]) { RedirectStandardOutput = true };
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        using Process wrk = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
        string output = await wrk.StandardOutput.ReadToEndAsync(ct).ConfigureAwait(false);
        await wrk.WaitForExitAsync(ct).ConfigureAwait(false);
        if (output.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException("wrk saw answers that were not 200.");
        self.Refresh();
        Match rate = RequestsPerSecond().Match(output);
        double requests = double.Parse(Requests().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        return rate.Success
            ? new Round(double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture), (self.TotalProcessorTime - before).TotalNanoseconds / requests)
            : throw new InvalidOperationException($"wrk said: {output.Trim()}.");
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    /// <param name="PerSecond">Requests answered.</param>
    /// <param name="CpuNanoseconds">Processor time of the server's process, divided by the requests: what is left of it on a machine that others use too.</param>
    private sealed record Round(double PerSecond, double CpuNanoseconds);
}
