// Two processes share one limit through Redis: each asks 100 times for 100 permits a day, and together they get exactly 100.
// Nobody tells the processes of each other. They name the same Redis, namespace, limit and key: that is all there is to sharing.
using System.Diagnostics;
using Headgate;
using Headgate.Redis;

const int Asked = 100;
string address = args.Length > 0 ? args[0] : "127.0.0.1:6379";
Limit limit = Limit.TokenBucket(capacity: 100, Rate.PerDay(100));

// A denial by a time-out would look like one by the limit: better to wait here, where nobody is waiting for us.
await using RedisStore store = await RedisStore.ConnectAsync(
    address, new RedisStoreOptions { KeyPrefix = "hg-sample", Timeout = TimeSpan.FromSeconds(5), FailureMode = FailureMode.Closed });
Limiter orders = new(limit, store, new LimiterOptions { Name = "orders" });
return args.Length > 1 ? await AskAsync(args[1]) : await StartBothAsync();

async Task<int> StartBothAsync()
{
    RedisHealth health = await store.CheckHealthAsync();
    if (!health.IsReachable)
    {
        Console.Error.WriteLine($"No Redis at {address.Split(',')[0]}. {health.LastError}");
        Console.Error.WriteLine("Start one with 'redis-server --port 6379', or name another: dotnet run --project samples/TwoProcessesOneLimit -- host:port");
        return 1;
    }

    await orders.ResetAsync("everybody");
    Process[] both = [Start("first"), Start("second")];
    foreach (Process process in both) await process.StandardOutput.ReadLineAsync();
    foreach (Process process in both) process.StandardInput.WriteLine("go");
    int admitted = 0;
    foreach (Process process in both)
    {
        string answer = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A process ended without an answer.");
        string[] words = answer.Split(' ');
        Console.WriteLine($"the {words[0]} process was admitted {words[1]} of {Asked} times");
        admitted += int.Parse(words[1]);
    }

    Console.WriteLine($"together {admitted} of {2 * Asked}, and the limit is {limit.ToString()}");
    Decision next = await orders.AcquireAsync("everybody");
    Console.WriteLine($"a third process would be told: {(next.IsAllowed ? "go ahead" : $"again in {next.RetryAfter.TotalSeconds:F1} s")}");
    return admitted == 100 ? 0 : 1;
}

// The other side of the same program: says that it is there, waits for the word, and asks a hundred times.
async Task<int> AskAsync(string name)
{
    await store.CheckHealthAsync();
    Console.WriteLine("ready");
    Console.ReadLine();
    int admitted = 0;
    for (int i = 0; i < Asked; i++)
    {
        Decision decision = await orders.AcquireAsync("everybody");
        if (decision.IsAllowed) admitted++;
    }

    Console.WriteLine($"{name} {admitted}");
    return 0;
}

Process Start(string name)
{
    // Under 'dotnet run' the process is the program itself; under 'dotnet x.dll' it is dotnet, which has to be told the program.
    string program = Environment.ProcessPath!;
    string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
    return Process.Start(new ProcessStartInfo(program, [.. self, address, name]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
