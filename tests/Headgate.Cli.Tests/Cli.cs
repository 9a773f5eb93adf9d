using System.Text;
using System.Text.Json;

namespace Headgate.Cli.Tests;

/// <summary>Runs the command line in this process, with what it prints caught.</summary>
internal sealed record Cli(int ExitCode, string Output, string Error)
{
    public static async Task<Cli> RunAsync(params string[] args) => await RunAsync(args, "");

    public static async Task<Cli> RunAsync(string[] args, string input, bool colours = false, TimeProvider? clock = null)
    {
        using StringWriter output = new(), error = new();
        Terminal terminal = new()
        {
            Output = output,
            Error = error,
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Colours = colours,
            Unicode = colours,
            Clock = clock ?? TimeProvider.System,
        };
        int code = await HeadgateCommand.RunAsync(args, terminal);
        return new Cli(code, output.ToString(), error.ToString());
    }

    /// <summary>Simulates a log given as text.</summary>
    public static async Task<Cli> SimulateAsync(string log, params string[] args) =>
        await RunAsync(["simulate", "-", .. args], log);

    public static async Task<JsonElement> JsonAsync(string log, params string[] args)
    {
        Cli run = await SimulateAsync(log, [.. args, "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return JsonDocument.Parse(run.Output).RootElement;
    }

    /// <summary>Checks by a clock that stands still, so that every figure is known.</summary>
    public static async Task<Cli> CheckAsync(params string[] args) => await RunAsync(["check", .. args], "", clock: new StillClock());

    public static string SampleLog => Path.Combine(AppContext.BaseDirectory, "access.log");
}

/// <summary>It is always noon of one day.</summary>
internal sealed class StillClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    public override long GetTimestamp() => 0;
}

/// <summary>A file that is gone when the test ends.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(byte[] content, string extension = ".log")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName() + extension);
        File.WriteAllBytes(Path, content);
    }

    public TemporaryFile(string content, string extension = ".log")
        : this(Encoding.UTF8.GetBytes(content), extension)
    {
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}

/// <summary>Lines of a log, short to write.</summary>
internal static class Lines
{
    public static string Combined(string ip, int second, string request = "GET / HTTP/1.1", string agent = "curl/8",
        string user = "-") =>
        $"{ip} - {user} [10/Mar/2026:14:{second / 60:00}:{second % 60:00} +0000] \"{request}\" 200 12 \"-\" \"{agent}\"\n";

    public static string Many(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(line));
}
