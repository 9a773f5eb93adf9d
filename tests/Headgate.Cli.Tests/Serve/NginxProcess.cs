using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Headgate.Cli.Tests.Serve;

/// <summary>nginx with the configuration that deploy/nginx.conf has, on ports of this machine, with its files in a folder of its own.</summary>
internal sealed partial class NginxProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Child _child;

    private NginxProcess(TemporaryFolder folder, Child child, int port) => (_folder, _child, Port) = (folder, child, port);

    public int Port { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>What it has logged of errors.</summary>
    public string Errors => File.ReadAllText(Path.Combine(_folder.Path, "error.log"));

    public static async Task<NginxProcess> StartAsync(params int[] upstreams)
    {
        TemporaryFolder folder = new();
        int port = ServeProcess.FreePort();
        string site = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "deploy/nginx.conf"));
        for (int i = 0; i < upstreams.Length; i++) site = site.Replace($"headgate-{i + 1}:8080", $"127.0.0.1:{upstreams[i]}", StringComparison.Ordinal);
        site = Listen().Replace(site, string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{port};"));
        string configuration = Path.Combine(folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            daemon off;
            worker_processes 1;
            pid {{folder.Path}}/pid;
            error_log {{folder.Path}}/error.log warn;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{folder.Path}}/body;
                proxy_temp_path {{folder.Path}}/proxy;
                fastcgi_temp_path {{folder.Path}}/fastcgi;
                uwsgi_temp_path {{folder.Path}}/uwsgi;
                scgi_temp_path {{folder.Path}}/scgi;
                {{site}}
            }
            """);
        Child child = Child.Start([Program(), "-c", configuration, "-p", folder.Path, "-e", Path.Combine(folder.Path, "error.log")]);
        NginxProcess nginx = new(folder, child, port);
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        try
        {
            await child.UntilAsync(async () =>
            {
                try
                {
                    using HttpResponseMessage answer = await client.GetAsync($"http://127.0.0.1:{port}/health/live");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }, "nginx answered");
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Its worker ends with it only if it is told.
        if (!_child.HasExited) await _child.SignalAsync("TERM");
        await _child.EndAsync();
        await _child.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Debian has it where only root's PATH leads.</summary>
    private static string Program() => new[] { "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("nginx is not installed: run ./test, which installs what tests need.");

    [GeneratedRegex("listen 80;")]
    private static partial Regex Listen();
}
