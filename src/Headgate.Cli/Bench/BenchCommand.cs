using System.CommandLine;

namespace Headgate.Cli.Bench;

/// <summary><c>headgate bench</c>: how fast limits decide on the user's own machine, in memory and on Redis, beside what else there is.</summary>
internal static class BenchCommand
{
    private const int MaxKeys = 10_000_000;
    private const int MaxThreads = 256;

    public static Command Create(Terminal terminal)
    {
        Option<string?> redis = new("--redis", "-r")
        {
            Description = $"Also measure on this Redis. Default: one at {RedisArgument.Local.Display}, if it answers.",
            HelpName = RedisArgument.HelpName,
        };
        Option<bool> noRedis = new("--no-redis") { Description = "Measure in memory only." };
        Option<bool> all = new("--all") { Description = "Compare every limit, not only the token bucket and the leaky bucket." };
        Option<string?> limits = new("--limits") { Description = "Compare these limits, by commas: token_bucket,sliding_log and so on.", HelpName = "KIND[,KIND]" };
        Option<bool> details = new("--details") { Description = "Also the questions behind it, in memory: hot and random keys, denials, lists, bytes." };
        Option<bool> quick = new("--quick") { Description = "Shorter; ratios are then good to a tenth or so." };
        Option<bool> smoke = new("--smoke") { Description = "Shows that everything runs; its times mean nothing.", Hidden = true };
        Option<bool> json = new("--json") { Description = "Print JSON for machines instead of tables." };
        Option<int> keys = new("--keys")
        {
            Description = $"Keys of the rows with many: 2 to {MaxKeys}.",
            DefaultValueFactory = _ => BenchOptions.DefaultKeys,
        };
        Option<int> threads = new("--threads")
        {
            Description = $"Threads of the rows with several, in memory: 1 to {MaxThreads}; 1 leaves them out. Default: this machine's processors.",
            DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, MaxThreads),
        };
        Demand(keys, 2, MaxKeys);
        Demand(threads, 1, MaxThreads);

        Command command = new("bench", "Measure how fast limits decide on this machine, in memory and on Redis, beside the framework's own limiter.")
        {
            redis, noRedis, all, limits, details, quick, smoke, json, keys, threads,
        };
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(redis) is not null && parsed.GetValue(noRedis))
                throw CommandException.WrongUsage("--redis and --no-redis are both given. Leave one out.");
            if (parsed.GetValue(limits) is not null && parsed.GetValue(all))
                throw CommandException.WrongUsage("--all and --limits are both given. Leave one out.");
            BenchOptions options = new()
            {
                Redis = parsed.GetValue(redis) is { } text ? RedisArgument.Parse(text) : null,
                LooksForRedis = !parsed.GetValue(noRedis),
                Limits = parsed.GetValue(limits) is { } kinds ? Subjects.LimitChoice.Parse(kinds)
                    : parsed.GetValue(all) ? Subjects.LimitChoice.All : Subjects.LimitChoice.Usual,
                Details = parsed.GetValue(details),
                Pace = parsed.GetValue(smoke) ? BenchPace.Smoke : parsed.GetValue(quick) ? BenchPace.Quick : BenchPace.Full,
                Json = parsed.GetValue(json),
                Keys = parsed.GetValue(keys),
                Threads = parsed.GetValue(threads),
            };

            // On a thread of its own: System.CommandLine listens for Ctrl-C only once this has returned a task.
            await Task.Run(() => BenchRun.RunAsync(options, terminal, ct), ct).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Demand(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 0) return;
        int value = result.GetValueOrDefault<int>();
        if (value < least || value > most) result.AddError($"{option.Name} is {value}; it must be between {least} and {most}.");
    });
}
