using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Headgate.AspNetCore.Tests.Answers;

/// <summary>What the gRPC project's own client for Node made of each answer: it is installed into a temporary folder and run once.</summary>
public sealed class GrpcClient : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("headgate-grpc-").FullName;
    private AnswerServer? _server;

    public JsonElement Answers { get; private set; }

    public int CallsOf(string method) => _server!.Calls[method];

    public async ValueTask InitializeAsync()
    {
        foreach (string file in Directory.EnumerateFiles(SourceFolder())) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
        _server = await AnswerServer.StartAsync(HttpProtocols.Http2);
        string output = await RunAsync("node", "client.js", _server.Address.Authority);
        Answers = JsonDocument.Parse(output).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string SourceFolder()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Headgate.slnx"))) folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new InvalidOperationException("The tests do not run inside the repository: Headgate.slnx is in no folder above."), "tests", "Headgate.AspNetCore.Tests", "grpc");
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidOperationException($"{program} is missing: the gRPC answers are tested with a client that runs on Node 18 or later. Install node and npm.", error);
        }

        using (process)
        using (CancellationTokenSource patience = new(Patience))
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Patience}.");
            }

            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {await errors}{await output}");
            return await output;
        }
    }
}
