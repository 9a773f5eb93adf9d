using System.Text.Json;
using System.Text.RegularExpressions;
using Headgate.Server.Load;
using Headgate.Server.Statistics;
using Headgate.Server.Tests.Statistics;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.RepresentationModel;

namespace Headgate.Server.Tests.Metrics;

/// <summary>What the alerts and the dashboard ask for is there, in a scrape of a running service.</summary>
public sealed partial class DashboardTests
{
    private const string Alerts = "deploy/prometheus/alerts.yaml";
    private const string Dashboard = "deploy/grafana/headgate.json";

    /// <summary>Names that Prometheus itself makes.</summary>
    private static readonly string[] OfPrometheus = ["up", "job", "instance"];

    [Fact]
    public async Task Every_metric_and_label_of_alerts_and_dashboard_is_in_a_scrape()
    {
        ILookup<string, string> scrape = await ScrapeAsync();
        (string Place, string Expression)[] expressions = [.. AlertExpressions(), .. PanelExpressions()];
        Assert.True(expressions.Length > 25);
        List<string> wrong = [];
        foreach ((string place, string expression) in expressions)
        {
            foreach (Match metric in Metric().Matches(Groups().Replace(Text().Replace(expression, "\"\""), "")))
            {
                string name = metric.Groups["name"].Value;
                if (OfPrometheus.Contains(name)) continue;
                if (!scrape.Contains(name)) wrong.Add($"{place}: {name}");
                foreach (Match label in Label().Matches(metric.Groups["labels"].Value))
                {
                    string key = label.Groups["key"].Value;
                    if (!OfPrometheus.Contains(key) && !scrape[name].Contains(key)) wrong.Add($"{place}: {name} has no {key}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_alert_says_how_bad_it_is_what_it_is_and_what_to_do()
    {
        string page = RepositoryFiles.Read("docs/operations/metrics.md");
        Assert.All(Rules(), rule =>
        {
            string name = Field(rule, "alert");
            Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal);
            Assert.Contains(Field((YamlMappingNode)rule.Children["labels"], "severity"), (string[])["critical", "warning", "info"]);
            YamlMappingNode annotations = (YamlMappingNode)rule.Children["annotations"];
            Assert.NotEmpty(Field(annotations, "summary"));
            Assert.NotEmpty(Field(annotations, "description"));
        });
    }

    [Fact]
    public void Every_expression_closes_what_it_opens() => Assert.All([.. AlertExpressions(), .. PanelExpressions()], one =>
    {
        string plain = Text().Replace(one.Expression, "");
        Assert.Equal(plain.Count(c => c == '('), plain.Count(c => c == ')'));
        Assert.Equal(plain.Count(c => c == '{'), plain.Count(c => c == '}'));
        Assert.DoesNotContain('"', plain);
    });

    [Fact]
    public void Panels_do_not_cover_each_other()
    {
        (string Title, int X, int Y, int W, int H)[] panels =
        [
            .. Panels().Select(panel => (panel.GetProperty("title").GetString()!, panel.GetProperty("gridPos"))).Select(panel =>
                (panel.Item1, panel.Item2.GetProperty("x").GetInt32(), panel.Item2.GetProperty("y").GetInt32(), panel.Item2.GetProperty("w").GetInt32(), panel.Item2.GetProperty("h").GetInt32())),
        ];
        foreach (var a in panels)
        {
            Assert.True(a.X + a.W <= 24);
            Assert.DoesNotContain(panels, b => b.Title != a.Title && a.X < b.X + b.W && b.X < a.X + a.W && a.Y < b.Y + b.H && b.Y < a.Y + a.H);
        }
    }

    /// <summary>The labels of every sample's name, of a service that has seen everything once.</summary>
    private static async Task<ILookup<string, string>> ScrapeAsync()
    {
        await using Service service = await Service.StartAsync(customise: builder => builder.Services.AddSingleton<ILoadFigures>(new OneQueue()));
        await TenantStatisticsTests.ConfigureAsync(service, "acme");
        await service.PostAsync("/api/check_and_consume", """{"tenant_id":"acme","client_id":"ann","action_type":"login"}""");
        await service.GetAsync("/health/live");
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        statistics.Decided("acme", false, false, LoadOutcome.Rejected, DecisionSource.Store, 0);
        statistics.Failed("acme");
        statistics.Waited(TimeSpan.FromMilliseconds(1));
        await EvictAsync();
        byte[] text = await service.Client.GetByteArrayAsync(new Uri("/metrics", UriKind.Relative));
        return Exposition.Parse(text, openMetrics: false).Values.SelectMany(family => family.Samples)
            .SelectMany(sample => sample.Labels.Keys.Append(""), (sample, label) => (sample.Name, Label: label)).ToLookup(pair => pair.Name, pair => pair.Label, StringComparer.Ordinal);
    }

    private static async Task EvictAsync()
    {
        using MemoryStore store = new(TimeProvider.System, new MemoryStoreOptions { MaxKeys = 10 });
        Limiter limiter = new(Limit.FixedWindow(5, TimeSpan.FromDays(1)), store);
        for (int i = 0; i < 20; i++) await limiter.AcquireAsync($"k{i}");
        Assert.True(store.ForcedEvictions > 0);
    }

    private static IEnumerable<(string Place, string Expression)> AlertExpressions() => Rules().Select(rule => (Field(rule, "alert"), Field(rule, "expr")));

    private static IEnumerable<YamlMappingNode> Rules()
    {
        YamlStream stream = new();
        using StringReader text = new(RepositoryFiles.Read(Alerts));
        stream.Load(text);
        YamlSequenceNode groups = (YamlSequenceNode)((YamlMappingNode)stream.Documents[0].RootNode).Children["groups"];
        return groups.Children.Cast<YamlMappingNode>().SelectMany(group => (YamlSequenceNode)group.Children["rules"]).Cast<YamlMappingNode>();
    }

    private static string Field(YamlMappingNode node, string name) => ((YamlScalarNode)node.Children[name]).Value!;

    private static IEnumerable<JsonElement> Panels() => JsonDocument.Parse(RepositoryFiles.Read(Dashboard)).RootElement.GetProperty("panels").EnumerateArray();

    private static IEnumerable<(string Place, string Expression)> PanelExpressions() => Panels().Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel =>
        panel.GetProperty("targets").EnumerateArray().Select(target => (panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!)));

    [GeneratedRegex(@"(?<![\w$.])(?<name>(up|headgate|http|kestrel|dotnet|process)\w*)(?<labels>\{[^}]*\})?")]
    private static partial Regex Metric();

    /// <summary>Labels to group by.</summary>
    [GeneratedRegex(@"\bby\s*\([^)]*\)")]
    private static partial Regex Groups();

    [GeneratedRegex(@"(?<key>\w+)\s*(=~|!~|!=|=)")]
    private static partial Regex Label();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();

    private sealed class OneQueue : ILoadFigures
    {
        public int Active => 1;

        public int QueueLength(string tenant) => 3;

        public IReadOnlyCollection<KeyValuePair<string, int>> Queues() => [new("acme", 3)];
    }
}
