using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.OnServe;

/// <summary>Requests a second of the decision service and of a bare endpoint with the same JSON, in turn, each in a process of its own, as wrk counts them.</summary>
internal static class ServeRow
{
    private const string Title = "decisions a second over HTTP, wrk on the same machine";
    private const string Check = "/api/check_and_consume";
    private const string Batch = "/api/check_and_consume/batch";
    private const int BatchSize = 100;
    private const int Connections = 32;
    private const int BatchConnections = 8;
    private const double LeastRatio = 0.85;
    private const double MostP99 = 1.3;
    private const double Million = 1_000_000;
    private const double LeastBatchRatio = 10;

    private static readonly string[] TableHeader = ["", "requests a second", "lowest round", "highest round", "p99", "server CPU a request"];

    /// <summary>One request of one client.</summary>
    public static string Single => Ask(1);

    /// <summary>A batch, each item of another client.</summary>
    public static string Many => $$"""{"items":[{{string.Join(",", Enumerable.Range(1, BatchSize).Select(Ask))}}]}""";

    public static async Task<RowResult> MeasureAsync(Mode mode, CancellationToken ct)
    {
        (int rounds, int seconds) = mode switch { Mode.Full => (12, 4), Mode.Quick => (4, 2), _ => (1, 1) };
        try
        {
            using ServerProcess bare = await ServerProcess.StartAsync(HostCommand.Bare, ct).ConfigureAwait(false);
            using ServerProcess service = await ServerProcess.StartAsync(HostCommand.Service, ct).ConfigureAwait(false);
            List<WrkRun> theirs = [], ours = [], batches = [];
            // The first runs only warm up.
            for (int round = -1; round < rounds; round++)
            {
                // Now this one first, now that one: what drifts slows both.
                if (round % 2 == 0) theirs.Add(await SingleAsync(bare).ConfigureAwait(false));
                ours.Add(await SingleAsync(service).ConfigureAwait(false));
                if (round % 2 != 0) theirs.Add(await SingleAsync(bare).ConfigureAwait(false));
                batches.Add(await WrkRun.PostAsync(service, Batch, Many, BatchConnections, seconds, ct).ConfigureAwait(false));
            }

            theirs.RemoveAt(0);
            ours.RemoveAt(0);
            batches.RemoveAt(0);
            return await ResultAsync(theirs, ours, batches, rounds, seconds, mode, ct).ConfigureAwait(false);

            Task<WrkRun> SingleAsync(ServerProcess server) => WrkRun.PostAsync(server, Check, Single, Connections, seconds, ct);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return RowResult.Failed("serve", Title, e is InvalidOperationException ? e.Message : $"{e.Message} Install wrk: apt-get install wrk.");
        }
    }

    private static async Task<RowResult> ResultAsync(List<WrkRun> theirs, List<WrkRun> ours, List<WrkRun> batches, int rounds, int seconds, Mode mode, CancellationToken ct)
    {
        List<double> rate = [.. ours.Zip(theirs, (mine, other) => mine.PerSecond / other.PerSecond)];
        List<double> p99 = [.. ours.Zip(theirs, (mine, other) => mine.P99Microseconds / other.P99Microseconds)];
        List<double> decisions = [.. batches.Select(batch => batch.PerSecond * BatchSize)];
        List<double> gain = [.. decisions.Zip(ours, (many, single) => many / single.PerSecond)];
        // Whichever is less on this machine.
        double target = Math.Min(Million, LeastBatchRatio * Quantile.Median([.. ours.Select(run => run.PerSecond)]));
        int count = mode == Mode.Smoke ? 1_000 : 200_000;
        CheckInProcess.Figures alone = await CheckInProcess.SingleAsync(Single, count, ct).ConfigureAwait(false);
        CheckInProcess.Figures inBatch = await CheckInProcess.BatchAsync(Many, BatchSize, Math.Max(count / BatchSize, 1), ct).ConfigureAwait(false);
        return new RowResult("serve", Title, TableHeader,
            [Line("bare endpoint, the same JSON, no decision", theirs), Line("headgate serve, one decision", ours), Line($"headgate serve, a batch of {BatchSize}", batches)],
            [
                new Check("requests a second: of the bare endpoint's", Bound.AtLeast, LeastRatio, Quantile.Median(rate), "", Spread(rate)),
                new Check("p99: of the bare endpoint's", Bound.AtMost, MostP99, Quantile.Median(p99), "", Spread(p99)),
                new Check($"decisions a second in batches of {BatchSize}", Bound.AtLeast, target, Quantile.Median(decisions), "", Spread(gain) + " times the single route's"),
            ],
            [
                string.Create(CultureInfo.InvariantCulture, $"wrk -t1 -c{Connections} -d{seconds}s (batches: -c{BatchConnections}), {rounds} rounds of each in turn; client and servers share the machine."),
                string.Create(CultureInfo.InvariantCulture, $"In process, without a server: {alone.Nanoseconds:0} ns and {alone.Bytes:0} B a request; {inBatch.Nanoseconds:0} ns and {inBatch.Bytes:0} B a decision in a batch."),
            ],
            new { bare = theirs, service = ours, batches, alone, in_batch = inBatch });
    }

    private static string Ask(int client) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"tenant_id":"{{HostCommand.Tenant}}","client_id":"client-{{client}}","action_type":"{{HostCommand.Action}}","cost":1}""");

    private static string[] Line(string what, List<WrkRun> runs)
    {
        List<double> rates = [.. runs.Select(run => run.PerSecond)];
        return
        [
            what, Number(Quantile.Median(rates)), Number(rates.Min()), Number(rates.Max()),
            BenchTable.Nanoseconds(1_000 * Quantile.Median([.. runs.Select(run => run.P99Microseconds)])), BenchTable.Nanoseconds(Quantile.Median([.. runs.Select(run => run.CpuNanoseconds)])),
        ];
    }

    private static string Spread(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{Quantile.Of(values, 0.25):0.00} to {Quantile.Of(values, 0.75):0.00}");

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
