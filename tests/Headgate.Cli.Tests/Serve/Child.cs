using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Headgate.Cli.Tests.Serve;

/// <summary>A program as a child of the test: what it says is kept, signals can be sent, and disposal kills it.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _reading;

    private Child(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Both streams, line by line as they came.</summary>
    public string Said => string.Join('\n', _lines);

    /// <summary>The executable that the build makes beside Headgate.Cli.dll.</summary>
    public static string Headgate { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Headgate.Cli/release/headgate"));

    /// <summary>Starts a program. SIGINT is heard even where the tests run in the background of a shell, which tells its jobs to ignore it.</summary>
    public static Child Start(string[] command, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("env") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in (string[])["--default-signal=INT,QUIT", .. command]) start.ArgumentList.Add(argument);
        // What the tests themselves are told is no setting of the service.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("HEADGATE_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new Child(Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start."));
    }

    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Waits for the end; the exit code.</summary>
    public async Task<int> EndAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"It did not end. It said: {Said}");
        }

        await _reading;
        return _process.ExitCode;
    }

    /// <summary>Waits until it is so, or fails with what the child said.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (HasExited) throw new InvalidOperationException($"It ended with exit code {_process.ExitCode} before {what}. It said: {Said}");
            if (TimeProvider.System.GetElapsedTime(start) > Patience) throw new TimeoutException($"Not in time: {what}. It said: {Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader stream)
    {
        while (await stream.ReadLineAsync() is { } line) _lines.Enqueue(line);
    }
}
