namespace Headgate.Cli.Tests.Serve;

/// <summary>Two instances behind nginx are restarted one after the other, while callers ask without a pause.</summary>
[Collection(nameof(Alone))]
public sealed class RollingRestartTests
{
    private static readonly string Key = new('k', 40);

    [Fact]
    public async Task A_rolling_restart_shows_no_error_to_anybody()
    {
        using TemporaryFile key = new(Key);
        string[] arguments = ["--redis", TestRedis.Standalone, "--require-keys", "--admin-key-file", key.Path, "--drain-delay", "1s"];
        await using ServeProcess first = await ServeProcess.StartAsync(arguments), second = await ServeProcess.StartAsync(arguments);
        await using NginxProcess nginx = await NginxProcess.StartAsync(first.Port, second.Port);
        await using Crowd crowd = new(nginx.EndPoint, callers: 8, key: Key);
        await crowd.UntilAnsweredAsync(300);
        foreach (ServeProcess instance in (ServeProcess[])[first, second])
        {
            Assert.Equal(0, await instance.StopAsync());
            await crowd.UntilAnsweredAsync(100);
            await instance.StartAgainAsync();
            // nginx tries an instance again a second after it failed.
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
            await crowd.UntilAnsweredAsync(100);
        }

        await crowd.StopAsync();
        Assert.True(crowd.Errors.Count == 0, $"{crowd.Errors.Count} errors of {crowd.Answers} answers: {string.Join("; ", crowd.Errors.Take(5))}\n{nginx.Errors}");
    }

    [Fact]
    public async Task The_crowd_would_see_that_both_are_away()
    {
        using TemporaryFile key = new(Key);
        string[] arguments = ["--require-keys", "--admin-key-file", key.Path];
        await using ServeProcess first = await ServeProcess.StartAsync(arguments), second = await ServeProcess.StartAsync(arguments);
        await using NginxProcess nginx = await NginxProcess.StartAsync(first.Port, second.Port);
        await using Crowd crowd = new(nginx.EndPoint, callers: 8, key: Key);
        await crowd.UntilAnsweredAsync(100);
        Assert.Equal(0, await first.StopAsync());
        Assert.Equal(0, await second.StopAsync());
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        await crowd.StopAsync();
        Assert.NotEmpty(crowd.Errors);
    }
}
