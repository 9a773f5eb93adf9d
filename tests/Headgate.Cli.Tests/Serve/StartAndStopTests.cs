using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Cli.Tests.Serve;

/// <summary>The real executable: what it says and returns when it cannot start, and how it ends.</summary>
public sealed class StartAndStopTests
{
    [Fact]
    public async Task A_port_in_use_is_named_with_the_remedy()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string url = $"http://{listener.LocalEndpoint}";
        await using Child child = Child.Start([Child.Headgate, "serve", "--urls", url]);
        Assert.Equal(1, await child.EndAsync());
        Assert.Contains($"error: {url} is in use by another program. End that program, or listen elsewhere: --urls", child.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_named_with_the_remedy()
    {
        // TEST-NET-1: nobody's.
        await using Child child = Child.Start([Child.Headgate, "serve", "--urls", "http://192.0.2.1:5000"], ("HEADGATE_ADMIN_KEY", new string('k', 40)));
        Assert.Equal(1, await child.EndAsync());
        Assert.Contains("http://192.0.2.1:5000 cannot be listened on", child.Said, StringComparison.Ordinal);
        Assert.Contains("Use an address of this machine", child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_yaml_is_named_by_line_and_column()
    {
        using TemporaryFile yaml = new("policies:\n  api: { limits: [ \"token_bucket(capacity=0, refill=1/s)\" ] }\n", ".yaml");
        await using Child child = Child.Start([Child.Headgate, "serve", "--urls", "http://127.0.0.1:0", "--config", yaml.Path]);
        Assert.Equal(2, await child.EndAsync());
        Assert.Contains($"{yaml.Path}(2,", child.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_that_the_redis_client_does_not_know_is_refused_without_the_password()
    {
        await using Child child = Child.Start([Child.Headgate, "serve", "--urls", "http://127.0.0.1:0"], ("HEADGATE_REDIS", "127.0.0.1,bogus=1,password=secret"));
        Assert.Equal(2, await child.EndAsync());
        Assert.Contains("--redis has an option that the client does not know", child.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_used_is_named_with_the_remedy()
    {
        using TemporaryFolder data = new();
        await File.WriteAllTextAsync(Path.Combine(data.Path, "config"), "in the way", TestContext.Current.CancellationToken);
        await using Child child = Child.Start([Child.Headgate, "serve", "--urls", "http://127.0.0.1:0", "--data", data.Path]);
        Assert.Equal(1, await child.EndAsync());
        Assert.Contains("error: ", child.Said, StringComparison.Ordinal);
        Assert.Contains("--data", child.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_others_can_reach_needs_an_administrator()
    {
        await using Child child = Child.Start([Child.Headgate, "serve", "--urls", "http://*:0"]);
        Assert.Equal(2, await child.EndAsync());
        Assert.Contains("headgate keys create --role admin", child.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_variable_is_warned_of()
    {
        await using Child child = Child.Start([Child.Headgate, "serve", "--urls", "http://127.0.0.1:0"], ("HEADGATE_REDDIS", "127.0.0.1"));
        await child.UntilAsync(() => Task.FromResult(child.Said.Contains("warning: HEADGATE_REDDIS is set, and no such setting is known.", StringComparison.Ordinal)), "it warned");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("QUIT")]
    public async Task A_signal_ends_it_with_0(string signal)
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        await service.Child.SignalAsync(signal);
        Assert.Equal(0, await service.Child.EndAsync());
        Assert.Contains("Stopped.", service.Child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_has_begun_gets_its_answer_though_the_service_is_told_to_stop()
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        using Socket socket = await HalfARequestAsync(service);
        await service.Child.SignalAsync("TERM");
        await service.Child.UntilAsync(() => Task.FromResult(service.Child.Said.Contains("Stopping", StringComparison.Ordinal)), "it began to stop");
        await socket.SendAsync("}"u8.ToArray(), TestContext.Current.CancellationToken);
        string answer = await ReadAsync(socket);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Equal(0, await service.Child.EndAsync());
    }

    [Fact]
    public async Task A_second_control_c_ends_it_at_once()
    {
        await using ServeProcess service = await ServeProcess.StartAsync("--shutdown-timeout", "10min");
        using Socket socket = await HalfARequestAsync(service);
        await service.Child.SignalAsync("INT");
        await service.Child.UntilAsync(() => Task.FromResult(service.Child.Said.Contains("Stopping", StringComparison.Ordinal)), "it began to stop");
        Assert.False(service.Child.HasExited);
        await service.Child.SignalAsync("INT");
        Assert.Equal(130, await service.Child.EndAsync());
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_cut()
    {
        await using ServeProcess service = await ServeProcess.StartAsync("--shutdown-timeout", "1s");
        using Socket socket = await HalfARequestAsync(service);
        Assert.Equal(0, await service.StopAsync());
        Assert.Contains("Cut 1 connections", service.Child.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_can_be_asked_without_curl()
    {
        await using ServeProcess service = await ServeProcess.StartAsync();
        string url = $"http://127.0.0.1:{service.Port}";
        Assert.Equal(0, (await Cli.RunAsync("check-health", url)).ExitCode);
        Assert.Equal(0, (await Cli.RunAsync("check-health", url, "--ready")).ExitCode);
        Assert.Equal(0, await service.StopAsync());
        Cli gone = await Cli.RunAsync("check-health", url);
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("does not answer", gone.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Cli.RunAsync("check-health", "nonsense")).ExitCode);
    }

    /// <summary>All of a request but the last byte of its body.</summary>
    private static async Task<Socket> HalfARequestAsync(ServeProcess service)
    {
        const string Body = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";
        Socket socket = await service.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /api/check_and_consume HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body[..^1]}"));
        // The server has seen it when it has answered another that came later.
        using HttpResponseMessage later = await service.AskAsync();
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        StringBuilder text = new();
        for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;) text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        return text.ToString();
    }
}
