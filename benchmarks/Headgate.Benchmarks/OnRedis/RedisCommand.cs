using System.CommandLine;
using Headgate.Cli;
using Headgate.Cli.Bench.OnRedis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>The rows on Redis, as a command of their own: they need a server and redis-benchmark.</summary>
internal static class RedisCommand
{
    public static Command Create()
    {
        Option<string?> redis = new("--redis")
        {
            Description = "Measure on this server. Default: one is started for the run.",
            HelpName = RedisArgument.HelpName,
        };
        Option<bool> quick = new("--quick") { Description = "Shorter laps; prints, writes nothing unless --out says where." };
        Option<bool> smoke = new("--smoke") { Description = "Everything runs once; its times mean nothing." };
        Option<string?> output = new("--out") { Description = "Folder for the results. Default: benchmarks/results of the clone; none for --quick and --smoke." };
        Command command = new("redis", "Measures Headgate.Redis against its targets, with redis-benchmark as the yardstick.") { redis, quick, smoke, output };
        command.SetAction(async (parsed, ct) =>
        {
            try
            {
                RedisArgument? server = parsed.GetValue(redis) is { } text ? RedisArgument.Parse(text) : null;
                Mode mode = parsed.GetValue(smoke) ? Mode.Smoke : parsed.GetValue(quick) ? Mode.Quick : Mode.Full;
                return await Task.Run(() => RedisSession.RunAsync(server, mode, parsed.GetValue(output), ct), ct).ConfigureAwait(false);
            }
            catch (CommandException refused)
            {
                await Console.Error.WriteLineAsync(refused.Message).ConfigureAwait(false);
                return refused.ExitCode;
            }
        });
        return command;
    }

    /// <summary>Part of every smoke run where the programs are there.</summary>
    public static async Task<int> SmokeAsync(CancellationToken ct)
    {
        string? missing = new[] { RedisServer.Program, Yardstick.Name }.FirstOrDefault(program => ProgramPath.Find(program) is null);
        if (missing is null) return await RedisSession.RunAsync(null, Mode.Smoke, null, ct).ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"The rows on Redis are left out: {missing} was not found.").ConfigureAwait(false);
        return 0;
    }
}
