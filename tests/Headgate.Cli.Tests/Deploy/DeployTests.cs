using System.CommandLine;
using System.Text.RegularExpressions;
using Headgate.Cli.Serve;
using Headgate.Server;
using Headgate.Server.Hosting;
using YamlDotNet.RepresentationModel;

namespace Headgate.Cli.Tests.Deploy;

/// <summary>What deploy/ says, held against the program: routes, ports, flags, times, users.</summary>
public sealed partial class DeployTests
{
    private const string Pod = "spec.template.spec";
    private const string Container = Pod + ".containers.name=headgate";

    private static readonly YamlNode Deployment = Yaml.Load("kubernetes/deployment.yaml");

    private static readonly string[] Dockerfile =
    [
        .. Yaml.Read("Dockerfile").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#')),
    ];

    [Theory]
    [InlineData("startupProbe", "/health/live")]
    [InlineData("livenessProbe", "/health/live")]
    [InlineData("readinessProbe", "/health/ready")]
    public void Probes_ask_routes_that_there_are_on_the_port_that_there_is(string probe, string route)
    {
        Assert.Equal(route, Deployment.Text($"{Container}.{probe}.httpGet.path"));
        Assert.Equal(Deployment.Text($"{Container}.ports.0.name"), Deployment.Text($"{Container}.{probe}.httpGet.port"));
    }

    [Fact]
    public void Ports_agree_from_the_image_to_the_service()
    {
        int port = Deployment.Number($"{Container}.ports.0.containerPort");
        Assert.Equal($"http://*:{port}", Deployment.Text($"{Container}.env.name=HEADGATE_URLS.value"));
        Assert.Contains($"EXPOSE {port}", Dockerfile);
        Assert.Equal($"http://*:{port}", DockerVariables()["HEADGATE_URLS"]);
        Assert.Contains($"http://127.0.0.1:{port}", Assert.Single(Dockerfile, line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(Deployment.Text($"{Container}.ports.0.name"), Yaml.Load("kubernetes/service.yaml").Text("spec.ports.0.targetPort"));
        Assert.Equal($"127.0.0.1:5000:{port}", Yaml.Load("compose.yaml").Text("services.headgate-1.ports.0"));
        Assert.Equal(2, Regex.Count(Yaml.Read("nginx.conf"), $@"server headgate-[12]:{port} "));
    }

    [Fact]
    public void All_that_selects_finds_the_pods()
    {
        string name = Deployment.Text("spec.template.metadata.labels.app|kubernetes|io/name");
        Assert.Equal(name, Deployment.Text("spec.selector.matchLabels.app|kubernetes|io/name"));
        Assert.Equal(name, Yaml.Load("kubernetes/service.yaml").Text("spec.selector.app|kubernetes|io/name"));
        Assert.Equal(name, Yaml.Load("kubernetes/poddisruptionbudget.yaml").Text("spec.selector.matchLabels.app|kubernetes|io/name"));
        Assert.True(Yaml.Load("kubernetes/poddisruptionbudget.yaml").Number("spec.minAvailable") < Deployment.Number("spec.replicas"));
    }

    [Fact]
    public void Nobody_is_root_and_nothing_is_written_but_data()
    {
        Assert.Equal("true", Deployment.Text($"{Pod}.securityContext.runAsNonRoot"));
        Assert.Contains($"USER {Deployment.Text($"{Pod}.securityContext.runAsUser")}:{Deployment.Text($"{Pod}.securityContext.runAsGroup")}", Dockerfile);
        Assert.Equal("true", Deployment.Text($"{Container}.securityContext.readOnlyRootFilesystem"));
        Assert.Equal("false", Deployment.Text($"{Container}.securityContext.allowPrivilegeEscalation"));
        Assert.Equal(["ALL"], Deployment.Texts($"{Container}.securityContext.capabilities.drop"));
        Assert.Equal(DockerVariables()["HEADGATE_DATA"], Deployment.Text($"{Container}.volumeMounts.name=data.mountPath"));
        Assert.Contains($"VOLUME {DockerVariables()["HEADGATE_DATA"]}", Dockerfile);
        // Without a writable /tmp.
        Assert.Equal("0", DockerVariables()["DOTNET_EnableDiagnostics"]);
        YamlNode compose = Yaml.Load("compose.yaml");
        foreach (string service in (string[])["headgate-1", "headgate-2"])
        {
            Assert.Equal("true", compose.Text($"services.{service}.read_only"));
            Assert.Equal(["ALL"], compose.Texts($"services.{service}.cap_drop"));
        }
    }

    [Fact]
    public void What_is_mounted_is_there_and_is_what_the_settings_name()
    {
        Assert.StartsWith(Deployment.Text($"{Container}.volumeMounts.name=config.mountPath") + "/", Deployment.Text($"{Container}.env.name=HEADGATE_CONFIG.value"), StringComparison.Ordinal);
        string file = Path.GetFileName(Deployment.Text($"{Container}.env.name=HEADGATE_CONFIG.value"));
        YamlNode map = Yaml.Load("kubernetes/configmap.yaml");
        Assert.Equal(Deployment.Text($"{Pod}.volumes.name=config.configMap.name"), map.Text("metadata.name"));
        string content = ((YamlMappingNode)map.At("data")).Children[new YamlScalarNode(file)].ToString();
        Assert.Contains("store:", content, StringComparison.Ordinal);

        string key = $"{Deployment.Text($"{Container}.volumeMounts.name=admin-key.mountPath")}/{Deployment.Text($"{Pod}.volumes.name=admin-key.secret.items.0.path")}";
        Assert.Equal(key, Deployment.Text($"{Container}.env.name=HEADGATE_ADMIN_KEY_FILE.value"));
        foreach (string volume in ((YamlSequenceNode)Deployment.At($"{Container}.volumeMounts")).Children.Select(mount => mount.Text("name"))) Deployment.At($"{Pod}.volumes.name={volume}");
        Assert.Equal($"/run/secrets/{Yaml.Load("compose.yaml").Texts("x-headgate.secrets")[0]}", Yaml.Load("compose.yaml").Text("x-headgate.environment.HEADGATE_ADMIN_KEY_FILE"));
    }

    [Fact]
    public void No_secret_is_written_down()
    {
        Assert.Equal("headgate", Deployment.Text($"{Container}.env.name=HEADGATE_REDIS.valueFrom.secretKeyRef.name"));
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "deploy"), "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains("kind: Secret", StringComparison.Ordinal));
        Assert.DoesNotContain("HEADGATE_ADMIN_KEY=", Yaml.Read("headgate.service"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_one_that_the_service_takes()
    {
        Dictionary<string, string> kubernetes = ((YamlSequenceNode)Deployment.At($"{Container}.env")).Children
            .Where(variable => ((YamlMappingNode)variable).Children.ContainsKey(new YamlScalarNode("value"))).ToDictionary(variable => variable.Text("name"), variable => variable.Text("value"));
        Dictionary<string, string> compose = ((YamlMappingNode)Yaml.Load("compose.yaml").At("x-headgate.environment")).Children.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString());
        foreach (Dictionary<string, string> environment in (Dictionary<string, string>[])[kubernetes, compose, DockerVariables(), UnitVariables()])
        {
            Dictionary<string, string> settings = environment.Where(pair => pair.Key.StartsWith("HEADGATE_", StringComparison.Ordinal)).ToDictionary();
            Assert.NotEmpty(settings);
            Assert.Empty(EnvironmentSettings.Unknown(settings.Keys, new ServeSettings().All.Select(setting => setting.Variable)));
            Read(settings);
        }

        Assert.Equal(LogFormat.Json, Read([], Deployment.Texts($"{Container}.args")).LogFormat);
    }

    [Fact]
    public void Whoever_ends_the_service_waits_longer_than_it_may_take()
    {
        TimeSpan kubernetes = Drain.LongestStop(Read(new()
        {
            ["HEADGATE_DRAIN_DELAY"] = Deployment.Text($"{Container}.env.name=HEADGATE_DRAIN_DELAY.value"),
            ["HEADGATE_SHUTDOWN_TIMEOUT"] = Deployment.Text($"{Container}.env.name=HEADGATE_SHUTDOWN_TIMEOUT.value"),
        })) + TimeSpan.FromSeconds(Deployment.Number($"{Container}.lifecycle.preStop.sleep.seconds"));
        Assert.True(kubernetes.TotalSeconds < Deployment.Number($"{Pod}.terminationGracePeriodSeconds"), $"{kubernetes}");

        YamlNode compose = Yaml.Load("compose.yaml");
        TimeSpan container = Drain.LongestStop(Read(new()
        {
            ["HEADGATE_DRAIN_DELAY"] = compose.Text("x-headgate.environment.HEADGATE_DRAIN_DELAY"),
            ["HEADGATE_SHUTDOWN_TIMEOUT"] = compose.Text("x-headgate.environment.HEADGATE_SHUTDOWN_TIMEOUT"),
        }));
        Assert.True(container < SettingValues.Duration(new SettingText("", compose.Text("x-headgate.stop_grace_period")), "0s", "10min"));
        Assert.True(Drain.LongestStop(new ServeOptions()).TotalSeconds < int.Parse(UnitValue("TimeoutStopSec"), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void As_many_files_may_be_open_as_connections_need()
    {
        int needed = new ServeOptions().MaxConnections + FileDescriptors.Others;
        Assert.True(int.Parse(UnitValue("LimitNOFILE"), System.Globalization.CultureInfo.InvariantCulture) >= needed);
        Assert.True(Yaml.Load("compose.yaml").Number("x-headgate.ulimits.nofile") >= needed);
    }

    [Theory]
    [InlineData("Type", "notify")]
    [InlineData("DynamicUser", "yes")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("StateDirectory", "headgate")]
    [InlineData("RestartPreventExitStatus", "2")]
    public void The_unit_is_as_documented(string name, string value) => Assert.Equal(value, UnitValue(name));

    [Fact]
    public void The_image_is_built_in_stages_and_started_without_a_shell()
    {
        Assert.Equal(2, Dockerfile.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        Assert.All(Dockerfile.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)), line => Assert.DoesNotContain(":latest", line, StringComparison.Ordinal));
        Assert.All(Dockerfile.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)), line => Assert.Matches("mcr.microsoft.com/dotnet/[a-z-]+:10.0", line));
        int last = Array.FindLastIndex(Dockerfile, line => line.StartsWith("FROM ", StringComparison.Ordinal));
        Assert.DoesNotContain(Dockerfile[last..], line => line.StartsWith("RUN ", StringComparison.Ordinal));
        Assert.Contains("ENTRYPOINT [\"/app/headgate\", \"serve\"]", Dockerfile);
        Assert.Contains("STOPSIGNAL SIGTERM", Dockerfile);
        Assert.Contains("\"check-health\"", Assert.Single(Dockerfile, line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(Dockerfile, line => Assert.Matches("^(FROM|ARG|WORKDIR|COPY|RUN|USER|ENV|EXPOSE|VOLUME|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT) ", line));
    }

    private static ServeOptions Read(Dictionary<string, string> environment, params string[] args)
    {
        ServeSettings settings = new();
        Command command = new("serve");
        foreach (ServeSetting setting in settings.All) command.Options.Add(setting.Option);
        // Files and folders are elsewhere.
        foreach (string file in (string[])["HEADGATE_CONFIG", "HEADGATE_ADMIN_KEY_FILE", "HEADGATE_DATA"]) environment.Remove(file);
        return settings.Read(command.Parse(args), environment);
    }

    private static Dictionary<string, string> DockerVariables() =>
        Variable().Matches(Assert.Single(Dockerfile, line => line.StartsWith("ENV ", StringComparison.Ordinal))).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    private static Dictionary<string, string> UnitVariables() =>
        Yaml.Read("headgate.service").Split('\n').Where(line => line.StartsWith("Environment=", StringComparison.Ordinal)).Select(line => line.Split('=', 3)).ToDictionary(parts => parts[1], parts => parts[2]);

    private static string UnitValue(string name) => Assert.Single(Yaml.Read("headgate.service").Split('\n'), line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    [GeneratedRegex(@"(\w+)=(\S+)")]
    private static partial Regex Variable();
}
