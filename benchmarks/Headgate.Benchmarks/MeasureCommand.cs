using System.CommandLine;
using Headgate.Benchmarks.OnApplications;
using Headgate.Benchmarks.OnLoad;
using Headgate.Benchmarks.OnRedis;
using Headgate.Benchmarks.OnServe;
using Headgate.Benchmarks.OnWeb;
using Headgate.Benchmarks.Rows;

namespace Headgate.Benchmarks;

/// <summary>The command line of this program.</summary>
internal static class MeasureCommand
{
    public static RootCommand Create()
    {
        Option<string[]> rows = new("--rows")
        {
            Description = $"Only these rows, by commas: {string.Join(", ", Catalogue.All(null).Select(row => row.Id))}.",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<int> launches = new("--launches")
        {
            Description = "Processes a row is measured in, 1 to 100: code and data lie elsewhere in each.",
            DefaultValueFactory = _ => 3,
        };
        rows.Validators.Add(result =>
        {
            string? unknown = Split(result.GetValueOrDefault<string[]>()).FirstOrDefault(id => Catalogue.All(null).All(row => row.Id != id));
            if (unknown != null) result.AddError($"There is no row '{unknown}'. See --help for those there are.");
        });
        launches.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100) result.AddError("--launches must be between 1 and 100.");
        });
        Option<bool> quick = new("--quick")
        {
            Description = "Shorter rounds and one process a row, unless --launches says more: ratios are then good to a tenth or so.",
        };
        Option<bool> smoke = new("--smoke")
        {
            Description = "Everything runs once, on a thousandth of the keys. Fails if Headgate allocates; its times mean nothing.",
        };
        Option<string?> output = new("--out")
        {
            Description = "Folder for the results. Default: benchmarks/results of the clone; none for --quick and --smoke.",
        };
        Option<string?> cli = new("--cli")
        {
            Description = "The headgate executable or its .dll for the row 'simulate'. Default: the one built beside this program.",
        };

        RootCommand root = new("Measures Headgate against its targets, beside the framework's limiter, and writes it down.")
        {
            rows, launches, quick, smoke, output, cli, RedisCommand.Create(), HttpCommand.Create(), WebCommand.Create(), ServeCommand.Create(), HostCommand.Create(),
            FairnessCommand.Create(), ChildCommand.Create(),
        };
        root.SetAction(async (parsed, ct) =>
        {
            Mode mode = parsed.GetValue(smoke) ? Mode.Smoke : parsed.GetValue(quick) ? Mode.Quick : Mode.Full;
            bool launchesGiven = parsed.GetResult(launches) is { Implicit: false };
            int count = launchesGiven || mode == Mode.Full ? parsed.GetValue(launches) : 1;
            IReadOnlyList<IRow> chosen = Choose(Catalogue.All(parsed.GetValue(cli)), parsed.GetValue(rows) ?? []);
            int code = Session.Run(chosen, mode, count, parsed.GetValue(output));
            if (code == 0 && mode == Mode.Smoke) code = HttpCommand.Smoke();
            if (code == 0 && mode == Mode.Smoke) code = WebCommand.Smoke();
            if (code == 0 && mode == Mode.Smoke) code = await ServeCommand.SmokeAsync(ct).ConfigureAwait(false);
            return code == 0 && mode == Mode.Smoke ? await RedisCommand.SmokeAsync(ct).ConfigureAwait(false) : code;
        });
        return root;
    }

    private static IReadOnlyList<IRow> Choose(IReadOnlyList<IRow> all, string[] names)
    {
        string[] ids = [.. Split(names)];
        return ids.Length == 0 ? all : [.. all.Where(row => ids.Contains(row.Id))];
    }

    private static IEnumerable<string> Split(string[]? names) =>
        (names ?? []).SelectMany(name => name.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
