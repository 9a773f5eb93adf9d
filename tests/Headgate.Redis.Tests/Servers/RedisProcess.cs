using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Servers;

/// <summary>A redis-server of a test's own, on a free loopback port, to be killed, stopped and restarted at will.</summary>
/// <remarks>Keeps nothing on disk, so that a restart is a restart with nothing. Disposal ends it and removes its folder.</remarks>
public sealed class RedisProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Where <c>eng/redis-servers stop</c> looks for servers to end, should this process die before them.</summary>
    private static readonly string Root = Environment.GetEnvironmentVariable("HEADGATE_TEST_REDIS_DIR") ?? Path.GetTempPath();

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Root, $"headgate-redis-{Guid.NewGuid():n}")).FullName;
    private readonly string[] _arguments;
    private Process? _process;

    private RedisProcess(int port, string[] arguments)
    {
        Port = port;
        _arguments = arguments;
        Password = Array.IndexOf(arguments, "--requirepass") is >= 0 and int at ? arguments[at + 1] : null;
    }

    /// <summary>The port, the same after a restart.</summary>
    public int Port { get; }

    /// <summary>What <c>--requirepass</c> says, if anything.</summary>
    public string? Password { get; }

    public string Host => "127.0.0.1";

    /// <summary>False after <see cref="KillAsync"/>.</summary>
    public bool IsRunning => _process is not null;

    public EndPoint EndPoint => new IPEndPoint(IPAddress.Loopback, Port);

    /// <summary>What <c>RedisStore.ConnectAsync</c> takes.</summary>
    public string Configuration => Password is null ? $"{Host}:{Port}" : $"{Host}:{Port},password={Password}";

    /// <summary>Starts one and waits until it answers; <paramref name="arguments"/> as for redis-server: "--maxmemory", "2mb", ....</summary>
    public static async Task<RedisProcess> StartAsync(params string[] arguments)
    {
        for (int attempt = 1; ; attempt++)
        {
            RedisProcess server = new(FreePort(), arguments);
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 20)
            {
                // Somebody took the port between the look and the start.
                await server.DisposeAsync();
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts a replica of this one and waits until it has caught up.</summary>
    public async Task<RedisProcess> StartReplicaAsync(params string[] arguments)
    {
        string[] password = Password is null ? [] : ["--masterauth", Password];
        RedisProcess replica = await StartAsync(["--replicaof", Host, $"{Port}", .. password, .. arguments]);
        await UntilAsync(async () => (await replica.CliAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal),
            "the replica did not catch up with its master");
        return replica;
    }

    /// <summary>A port that nobody listens on, with nothing started there.</summary>
    public static int FreePort()
    {
        for (; ; )
        {
            // Below the range from which systems take ports for outgoing connections, and 10,000 more (a cluster's bus) too.
            int port = Random.Shared.Next(10_000, 22_000);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }
    }

    /// <summary>SIGKILL: the connections break and new ones are refused. Returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        // A stopped process hears SIGKILL too.
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGSTOP: it hangs. The kernel still accepts connections and takes what is sent, and nothing answers.</summary>
    public Task StopAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT: it goes on where it was, and answers what was sent meanwhile.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Starts it again on its port after <see cref="KillAsync"/>, empty, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is not null) throw new InvalidOperationException("It runs: kill it first.");
        ProcessStartInfo start = new("redis-server") { WorkingDirectory = _folder };
        string[] own =
        [
            "--port", $"{Port}", "--bind", Host, "--dir", _folder, "--logfile", Path.Combine(_folder, "log"),
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--repl-diskless-sync-delay", "0",
        ];
        foreach (string argument in own.Concat(_arguments)) start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        await File.WriteAllTextAsync(Path.Combine(_folder, "pid"), _process.Id.ToString(CultureInfo.InvariantCulture));
        await UntilAsync(AnswersAsync, "it did not answer");
    }

    /// <summary>SIGKILL and start again: a Redis that lost everything.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAgainAsync();
    }

    /// <summary>A connection of the test's own, with admin commands allowed; it does not throw if the server is away.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync()
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(Configuration);
        (options.AllowAdmin, options.AbortOnConnectFail) = (true, false);
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(options);
        connection.PreserveAsyncOrder = false;
        return connection;
    }

    /// <summary>What redis-cli says: independent of the client and of the store.</summary>
    public async Task<string> CliAsync(params string[] command)
    {
        ProcessStartInfo start = new("redis-cli") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] password = Password is null ? [] : ["-a", Password, "--no-auth-warning"];
        foreach (string argument in new[] { "-h", Host, "-p", $"{Port}" }.Concat(password).Concat(command)) start.ArgumentList.Add(argument);
        using Process cli = Process.Start(start) ?? throw new InvalidOperationException("redis-cli did not start.");
        Task<string> errors = cli.StandardError.ReadToEndAsync();
        string output = await cli.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await cli.WaitForExitAsync().WaitAsync(Patience);
        return output + await errors;
    }

    /// <summary>What the server has logged, for a failed test's message.</summary>
    public string Log() => File.Exists(Path.Combine(_folder, "log")) ? File.ReadAllText(Path.Combine(_folder, "log")) : "";

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>True if it is this very process that answers: another may have the port.</summary>
    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
        {
            int code = _process.ExitCode;
            await KillAsync();
            throw new InvalidOperationException($"redis-server ended with exit code {code}: {Log()}");
        }

        string information = await CliAsync("INFO", "server");
        return information.Contains(string.Create(CultureInfo.InvariantCulture, $"process_id:{_process.Id}\r"), StringComparison.Ordinal);
    }

    private async Task UntilAsync(Func<Task<bool>> isSo, string failure)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) throw new TimeoutException($"redis-server on port {Port}: {failure}. Its log: {Log()}");
            await Task.Delay(10);
        }
    }

    private async Task SignalAsync(string signal)
    {
        int id = _process?.Id ?? throw new InvalidOperationException("It was killed: start it again first.");
        using Process kill = Process.Start("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience);
        if (kill.ExitCode != 0) throw new InvalidOperationException($"kill -{signal} {id} ended with exit code {kill.ExitCode}.");
    }
}
