using System.CommandLine;
using Headgate.Cli.Serve;
using Headgate.Server;
using Microsoft.Extensions.Logging;

namespace Headgate.Cli.Tests.Serve;

/// <summary>What may be said to <c>headgate serve</c>, by flags and by the environment. Nothing is started.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("--urls is \"https://127.0.0.1\"; it must be of the scheme http", "--urls", "https://127.0.0.1")]
    [InlineData("--urls is \"127.0.0.1:80\"; it must be http://ADDRESS:PORT", "--urls", "127.0.0.1:80")]
    [InlineData("--urls is \"http://example.org\"; it must be an address of this machine", "--urls", "http://127.0.0.1:1;http://example.org")]
    [InlineData("--urls is \"http://127.0.0.1:65536\"; it must be on a port from 0 to 65535", "--urls", "http://127.0.0.1:65536")]
    [InlineData("--urls is \"http://127.0.0.1:1/api\"; it must be without a path", "--urls", "http://127.0.0.1:1/api")]
    [InlineData("--urls is \" ; \"; it must be one address or more", "--urls", " ; ")]
    [InlineData("--config is \"/nowhere.yaml\"; it must be a file, and there is none", "--config", "/nowhere.yaml")]
    [InlineData("--config is \"/\"; it must be a file, and it is a folder", "--config", "/")]
    [InlineData("--data is \"/dev/null\"; it must be a folder, and it is a file", "--data", "/dev/null")]
    [InlineData("--data is \"/dev/null/data\"; it must be a folder that can be read or made", "--data", "/dev/null/data")]
    [InlineData("--redis names no host", "--redis", "password=secret")]
    [InlineData("--require-keys is \"maybe\"; it must be true or false", "--require-keys", "maybe")]
    [InlineData("--admin-key-file is \"/nowhere\"; it must be a file", "--admin-key-file", "/nowhere")]
    [InlineData("--log-format is \"xml\"; it must be one of text, json", "--log-format", "xml")]
    [InlineData("--log-format is \"1\"; it must be one of text, json", "--log-format", "1")]
    [InlineData("--log-level is \"loud\"; it must be one of trace, debug", "--log-level", "loud")]
    [InlineData("--otlp is \"collector:4317\"; it must be a URL", "--otlp", "collector:4317")]
    [InlineData("--drain-delay is \"11min\"; it must be a duration from 0s to 10min", "--drain-delay", "11min")]
    [InlineData("--shutdown-timeout is \"-1s\"; it must be a duration from 0s to 10min", "--shutdown-timeout", "-1s")]
    [InlineData("--max-connections is \"0\"; it must be a whole number from 1 to 1000000", "--max-connections", "0")]
    [InlineData("--max-connections is \"1000001\"; it must be a whole number from 1 to 1000000", "--max-connections", "1000001")]
    [InlineData("--request-timeout is \"0s\"; it must be a duration from 1s to 1h", "--request-timeout", "0s")]
    [InlineData("--request-timeout is \"30\"; it must be a duration from 1s to 1h", "--request-timeout", "30")]
    [InlineData("--header-timeout is \"11min\"; it must be a duration from 1s to 10min", "--header-timeout", "11min")]
    [InlineData("--keep-alive-timeout is \"25h\"; it must be a duration from 1s to 1d", "--keep-alive-timeout", "25h")]
    [InlineData("Unrecognized command or argument '--max-conections'", "--max-conections", "5")]
    public async Task Wrong_usage_says_what_to_do(string message, params string[] args)
    {
        Cli run = await Cli.RunAsync(["serve", .. args]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_comes_by_its_flag_and_by_its_variable()
    {
        using TemporaryFile file = new("policies: {}");
        string folder = Path.GetTempPath();
        (string Flag, string Value, Func<ServeOptions, object?> Read, object Expected)[] cases =
        [
            ("--urls", "http://127.0.0.1:5001; http://[::1]:5001", o => o.Urls, "http://127.0.0.1:5001;http://[::1]:5001"),
            ("--config", file.Path, o => o.ConfigFile, file.Path),
            ("--redis", "127.0.0.1,password=x", o => o.Redis, "127.0.0.1,password=x"),
            ("--data", folder, o => o.DataFolder, folder),
            ("--require-keys", "true", o => o.RequireKeys, true),
            ("--admin-key-file", file.Path, o => o.AdminKeyFile, file.Path),
            ("--log-format", "JSON", o => o.LogFormat, LogFormat.Json),
            ("--log-level", "warning", o => o.LogLevel, LogLevel.Warning),
            ("--otlp", "http://127.0.0.1:4317", o => o.OtlpEndpoint, new Uri("http://127.0.0.1:4317")),
            ("--drain-delay", "5s", o => o.DrainDelay, TimeSpan.FromSeconds(5)),
            ("--shutdown-timeout", "0s", o => o.ShutdownTimeout, TimeSpan.Zero),
            ("--max-connections", "1000000", o => o.MaxConnections, 1_000_000),
            ("--request-timeout", "1h", o => o.RequestTimeout, TimeSpan.FromHours(1)),
            ("--header-timeout", "1s", o => o.HeaderTimeout, TimeSpan.FromSeconds(1)),
            ("--keep-alive-timeout", "1d", o => o.KeepAliveTimeout, TimeSpan.FromDays(1)),
        ];
        Assert.Equal(new ServeSettings().All.Select(setting => setting.Flag), cases.Select(c => c.Flag));
        foreach ((string flag, string value, Func<ServeOptions, object?> read, object expected) in cases)
        {
            Assert.NotEqual(expected, read(Read([])));
            Assert.Equal(expected, read(Read([flag, value])));
            Assert.Equal(expected, read(Read([], (EnvironmentSettings.VariableOf(flag), value))));
        }
    }

    [Fact]
    public void What_is_said_by_default_is_what_holds_by_default()
    {
        string[] said = [.. new ServeSettings().All.Where(setting => setting.Fallback is not null).SelectMany(setting => new[] { setting.Flag, setting.Fallback! })];
        Assert.Equal(Read([]), Read(said));
    }

    [Fact]
    public void The_flag_wins_over_the_variable() =>
        Assert.Equal(7, Read(["--max-connections", "7"], ("HEADGATE_MAX_CONNECTIONS", "8")).MaxConnections);

    [Fact]
    public void A_switch_needs_no_value()
    {
        Assert.True(Read(["--require-keys"]).RequireKeys);
        Assert.False(Read(["--require-keys", "false"], ("HEADGATE_REQUIRE_KEYS", "true")).RequireKeys);
    }

    [Fact]
    public void An_empty_variable_is_as_good_as_none() => Assert.Equal(Read([]), Read([], ("HEADGATE_REDIS", ""), ("HEADGATE_DATA", "")));

    [Fact]
    public void A_wrong_variable_is_called_by_its_name()
    {
        CommandException refused = Assert.Throws<CommandException>(() => Read([], ("HEADGATE_REQUEST_TIMEOUT", "5")));
        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("HEADGATE_REQUEST_TIMEOUT is \"5\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_variables_are_told_from_those_of_others()
    {
        string[] set =
        [
            "HEADGATE_URLS", "HEADGATE_MAX_CONECTIONS", "HEADGATE_TEST_REDIS", "HEADGATE_KEY", "HEADGATE_ADMIN_KEY", "HEADGATE_PORT", "HEADGATE_PORT_80_TCP_ADDR", "HEADGATE_PORTS",
            "HEADGATE_SERVICE_HOST",
        ];
        Assert.Equal(["HEADGATE_MAX_CONECTIONS", "HEADGATE_PORTS"], EnvironmentSettings.Unknown(set, new ServeSettings().All.Select(setting => setting.Variable)));
    }

    private static ServeOptions Read(string[] args, params (string Name, string Value)[] environment)
    {
        ServeSettings settings = new();
        Command command = new("serve");
        foreach (ServeSetting setting in settings.All) command.Options.Add(setting.Option);
        return settings.Read(command.Parse(args), environment.ToDictionary(pair => pair.Name, pair => pair.Value));
    }
}
