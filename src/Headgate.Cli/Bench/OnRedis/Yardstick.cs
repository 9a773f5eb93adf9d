using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Headgate.Cli.Bench.Subjects;
using Headgate.Redis.Scripts;

namespace Headgate.Cli.Bench.OnRedis;

/// <summary>The call that redis-benchmark sends: one decision of one key.</summary>
/// <param name="Body">Text of the script.</param>
/// <param name="Key">In Redis; its last twelve characters are drawn at random.</param>
/// <param name="Argument">The script's only one, binary.</param>
internal sealed record YardstickCall(string Body, string Key, byte[] Argument)
{
    /// <summary>One permit of a token bucket that does not run dry, as a store sends it for a caller who is alone.</summary>
    public static YardstickCall Create(RedisBed bed)
    {
        byte[] argument = bed.NewStore().SampleCall(new Charge("", LimitChoice.TokenBucket.Limit), out _, out byte[] key);
        return new YardstickCall(Script.Text, Encoding.ASCII.GetString(key), argument);
    }

    /// <summary>
    /// redis-benchmark cuts an argument at its first zero byte, and ours has some. So the script has it as a constant, and what is sent is
    /// a placeholder of the same length: the same bytes in number, and the same work.
    /// </summary>
    public string ScriptWithArgument
    {
        get
        {
            StringBuilder text = new("local ARGV={\"");
            foreach (byte value in Argument) text.Append(CultureInfo.InvariantCulture, $"\\{value:000}");
            return text.Append("\"}\n").Append(Body).ToString();
        }
    }
}

/// <summary>What redis-benchmark found.</summary>
/// <param name="PerSecond">Calls of all its connections.</param>
/// <param name="MeanNanoseconds">From sending to answer, among the others of its pipeline.</param>
/// <param name="P50Nanoseconds">The same.</param>
/// <param name="P99Nanoseconds">The same.</param>
internal sealed record YardstickReading(double PerSecond, double MeanNanoseconds, double P50Nanoseconds, double P99Nanoseconds);

/// <summary>
/// redis-benchmark, a program in C that does nothing but send: how many decisions a second Redis gives when each is one call, with
/// <see cref="Connections"/> connections and <see cref="Pipeline"/> calls on their way on each.
/// </summary>
internal sealed class Yardstick
{
    public const int Connections = 50;
    public const int Pipeline = 16;
    public const string Name = "redis-benchmark";

    private const string RandomPart = "__rand_int__";

    private readonly string _program;
    private readonly RedisBed _bed;
    private readonly YardstickCall _call;
    private readonly string _sha;

    private Yardstick(string program, RedisBed bed, YardstickCall call, string sha)
    {
        _program = program;
        _bed = bed;
        _call = call;
        _sha = sha;
    }

    /// <summary>Null if it cannot be run here; then the reason is in <paramref name="refused"/>.</summary>
    public static async Task<Yardstick?> TryCreateAsync(RedisBed bed, YardstickCall call, Action<string> refused)
    {
        string? program = ProgramPath.Find(Name);
        string? problem =
            program is null ? $"{Name} was not found; it comes with Redis (Debian: redis-tools)"
            : bed.HasPassword ? $"{Name} takes a password only on its command line, where everybody on this machine could read it"
            : bed.IsEncrypted ? $"{Name} is not run over TLS"
            : bed.Master.ServerType != StackExchange.Redis.ServerType.Standalone ? $"{Name} measures one server, and this is a cluster"
            : null;
        if (problem is not null)
        {
            refused(problem);
            return null;
        }

        byte[] sha = await bed.Master.ScriptLoadAsync(call.ScriptWithArgument).ConfigureAwait(false);
        return new Yardstick(program!, bed, call, Convert.ToHexStringLower(sha));
    }

    public async Task<YardstickReading> RunAsync(int requests, int keys, CancellationToken ct)
    {
        using Process process = Process.Start(Arguments(requests, keys))
            ?? throw new InvalidOperationException($"{_program} did not start.");
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(ct);
            Task<string> error = process.StandardError.ReadToEndAsync(ct);
            await process.StandardInput.WriteAsync(new string('x', _call.Argument.Length).AsMemory(), ct).ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            string said = (await error.ConfigureAwait(false)).Trim();
            if (process.ExitCode != 0 || said.Contains("Error", StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException($"{Name} ended with exit code {process.ExitCode}: {PlainText.Clean(said)}");
            return Read(await output.ConfigureAwait(false));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>The last line of its CSV; the command in the first column may hold anything, so columns are counted from the end.</summary>
    public static YardstickReading Read(string csv)
    {
        string last = csv.TrimEnd().Split('\n')[^1].Trim().TrimEnd('"');
        string[] columns = last.Split("\",\"");
        if (columns.Length < 8) throw new InvalidOperationException($"{Name} said what is not understood: {PlainText.Clean(last)}");
        double[] numbers = [.. columns[^7..].Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        const double Millisecond = 1e6;
        return new YardstickReading(numbers[0], numbers[1] * Millisecond, numbers[3] * Millisecond, numbers[5] * Millisecond);
    }

    private ProcessStartInfo Arguments(int requests, int keys)
    {
        (string host, int port) = _bed.Master.EndPoint switch
        {
            DnsEndPoint named => (named.Host, named.Port),
            IPEndPoint numbered => (numbered.Address.ToString(), numbered.Port),
            EndPoint other => throw new InvalidOperationException($"{Name} cannot be pointed at {other}."),
        };
        ProcessStartInfo start = new(_program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        };
        string[] arguments =
        [
            "-h", host, "-p", Text(port), "--dbnum", Text(_bed.DatabaseNumber), "-c", Text(Connections), "-P", Text(Pipeline),
            "-n", Text(requests), "-r", Text(keys), "--csv", "-x",
            "EVALSHA", _sha, "1", string.Concat(_call.Key.AsSpan(0, _call.Key.Length - RandomPart.Length), RandomPart),
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
