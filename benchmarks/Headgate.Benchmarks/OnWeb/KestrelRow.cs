using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Headgate.Benchmarks.Reporting;
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

    private static readonly string[] TableHeader = ["", "requests a second", "lowest round", "highest round"];

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
            List<double> without = [];
            List<double> with = [];
            await WrkAsync($"{address}/without", seconds, ct).ConfigureAwait(false);
            await WrkAsync($"{address}/with", seconds, ct).ConfigureAwait(false);
            for (int round = 0; round < rounds; round++)
            {
                // Now this one first, now that one: what drifts slows both.
                if (round % 2 == 0) without.Add(await WrkAsync($"{address}/without", seconds, ct).ConfigureAwait(false));
                with.Add(await WrkAsync($"{address}/with", seconds, ct).ConfigureAwait(false));
                if (round % 2 == 1) without.Add(await WrkAsync($"{address}/without", seconds, ct).ConfigureAwait(false));
            }

            List<double> ratios = [.. with.Zip(without, (mine, other) => mine / other)];
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

    private static string[] Line(string what, List<double> rounds) =>
        [what, Number(Quantile.Median(rounds)), Number(rounds.Min()), Number(rounds.Max())];

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static async Task<double> WrkAsync(string url, int seconds, CancellationToken ct)
    {
        ProcessStartInfo start = new("wrk", ["-t1", "-c32", string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), url]) { RedirectStandardOutput = true };
        using Process wrk = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
        string output = await wrk.StandardOutput.ReadToEndAsync(ct).ConfigureAwait(false);
        await wrk.WaitForExitAsync(ct).ConfigureAwait(false);
        if (output.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException("wrk saw answers that were not 200.");
        Match rate = RequestsPerSecond().Match(output);
        return rate.Success ? double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"wrk said: {output.Trim()}.");
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();
}
