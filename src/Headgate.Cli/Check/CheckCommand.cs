using System.CommandLine;
using System.Globalization;

namespace Headgate.Cli.Check;

/// <summary><c>headgate check</c>: asks a limit once, or some times in a row, in memory or on the Redis that a fleet shares.</summary>
internal static class CheckCommand
{
    /// <summary>Longer than a server waits: a process that has just started is slower than one that has run for a while.</summary>
    private const string DefaultTimeout = "1s";

    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostTimeout = TimeSpan.FromMinutes(1);

    public static Command Create(Terminal terminal)
    {
        Argument<string> key = new("KEY") { Description = "Whose permits: any text." };
        Option<string> limit = new("--limit", "-l")
        {
            Description = "The limit to ask, such as \"token_bucket(capacity=10, refill=1/s)\"; several as one: all_of(...; ...).",
            HelpName = "LIMIT",
            Required = true,
        };
        Option<string?> redis = new("--redis", "-r")
        {
            Description = "Decide on this Redis, where the state is shared and stays. Default: in memory, for this run only.",
            HelpName = RedisArgument.HelpName,
        };
        Option<long> cost = new("--cost", "-c") { Description = "Permits to take; 0 takes none.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<bool> peek = new("--peek") { Description = "Say what would be answered, and take nothing." };
        Option<int> repeat = new("--repeat", "-n")
        {
            Description = $"Ask so many times in a row, 1 to {CheckOptions.MostRepeats}, and add up.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        Option<string?> name = new("--name") { Description = "The namespace of the state: the name of the policy or limiter.", HelpName = "NAMESPACE" };
        Option<string?> prefix = new("--prefix") { Description = "What keys in Redis begin with. Default: hg", HelpName = "PREFIX" };
        Option<bool> readable = new("--readable-keys") { Description = "The fleet's store has ReadableKeys on: keys spell out what they stand for." };
        Option<bool> showKeys = new("--show-keys") { Description = "Also print the keys in Redis that hold the state." };
        Option<string?> timeout = new("--timeout")
        {
            Description = $"How long to wait for Redis. Default: {DefaultTimeout}",
            HelpName = "DURATION",
        };
        Option<bool> json = new("--json") { Description = "Print a JSON object a line." };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Print only the word allowed or denied for each decision." };

        Command command = new("check", "Ask a limit: allowed or denied, what remains, when to come back.")
        {
            key, limit, redis, cost, peek, repeat, name, prefix, readable, showKeys, timeout, json, quiet,
        };
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(quiet))
                throw CommandException.WrongUsage("--json and --quiet are both given. Leave one out.");
            if (parsed.GetValue(showKeys) && parsed.GetValue(quiet))
                throw CommandException.WrongUsage("--quiet prints one word a decision, and --show-keys more than that. Leave one out.");
            RedisArgument? server = parsed.GetValue(redis) is { } text ? RedisArgument.Parse(text) : null;
            if (server is null)
            {
                Option? lost = new Option[] { showKeys, readable, prefix, timeout }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
                if (lost is not null)
                    throw CommandException.WrongUsage($"{lost.Name} is about Redis, and no Redis is named. Name one with --redis, or leave {lost.Name} out.");
            }

            CheckOptions options = new()
            {
                Key = parsed.GetValue(key)!,
                Limit = LimitArgument.Parse(parsed.GetValue(limit)!),
                Cost = ParseCost(parsed.GetValue(cost)),
                Peek = parsed.GetValue(peek),
                Repeat = ParseRepeat(parsed.GetValue(repeat)),
                Namespace = parsed.GetValue(name),
                Redis = server,
                Prefix = parsed.GetValue(prefix),
                ReadableKeys = parsed.GetValue(readable),
                ShowKeys = parsed.GetValue(showKeys),
                Timeout = ParseTimeout(parsed.GetValue(timeout) ?? DefaultTimeout),
                Style = parsed.GetValue(json) ? CheckStyle.Json : parsed.GetValue(quiet) ? CheckStyle.Quiet : CheckStyle.Text,
            };
            try
            {
                await CheckRun.RunAsync(options, terminal, ct).ConfigureAwait(false);
            }
            catch (IOException refused)
            {
                throw CommandException.Failed($"The answer cannot be written to standard output: {PlainText.Reason(refused)}. "
                    + "Make room where it goes, or send it elsewhere.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static long ParseCost(long cost) => cost >= 0
        ? cost
        : throw CommandException.WrongUsage($"--cost is {cost.ToString(CultureInfo.InvariantCulture)}; it must be 0 or more.");

    private static int ParseRepeat(int repeat) => repeat is >= 1 and <= CheckOptions.MostRepeats
        ? repeat
        : throw CommandException.WrongUsage(
            $"--repeat is {repeat.ToString(CultureInfo.InvariantCulture)}; it must be 1 to {CheckOptions.MostRepeats}.");

    private static TimeSpan ParseTimeout(string text) =>
        DurationArgument.TryRead(text, out TimeSpan timeout) && timeout >= LeastTimeout && timeout <= MostTimeout
            ? timeout
            : throw CommandException.WrongUsage($"--timeout is \"{PlainText.Clean(text)}\"; it must be a duration from 1ms to 1min, such as 100ms.");
}
