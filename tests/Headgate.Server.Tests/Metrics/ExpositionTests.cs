using System.Text;

namespace Headgate.Server.Tests.Metrics;

/// <summary>The parser that the other tests trust refuses what is wrong.</summary>
public sealed class ExpositionTests
{
    private const string Good = "# HELP a_total it \\\\ counts\n# TYPE a_total counter\na_total{x=\"1\\n\\\"\\\\\",y=\"\"} 3\na_total 4.5\n";

    [Fact]
    public void Reads_what_is_right()
    {
        ParsedFamily family = Exposition.Parse(Encoding.UTF8.GetBytes(Good), openMetrics: false)["a_total"];
        Assert.Equal(("counter", "it \\ counts"), (family.Type, family.Help));
        Assert.Equal("1\n\"\\", family.Samples[0].Labels["x"]);
        Assert.Equal([3, 4.5], family.Samples.Select(s => s.Value));
    }

    [Theory]
    [InlineData("a 1")]
    [InlineData("a 1\n")]
    [InlineData("# TYPE a counter\na 1\n")]
    [InlineData("# TYPE a_total counter\na_total -1\n")]
    [InlineData("# TYPE a gauge\n\na 1\n")]
    [InlineData("# TYPE a gauge\nb 1\n")]
    [InlineData("# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\"y=\"2\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\\t\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x-y=\"1\"} 1\n")]
    [InlineData("# TYPE a gauge\na one\n")]
    [InlineData("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na 1\n")]
    [InlineData("# TYPE a gauge\n# UNIT a s\na 1\n")]
    [InlineData("# TYPE a gauge\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_count 1\n")]
    public void Refuses_what_is_wrong(string text) => Assert.ThrowsAny<Exception>(() => Exposition.Parse(Encoding.UTF8.GetBytes(text), openMetrics: false));

    [Theory]
    [InlineData("# TYPE a counter\na_total 1\n")]
    [InlineData("# TYPE a_total counter\na_total 1\n# EOF\n")]
    [InlineData("# TYPE a_seconds gauge\n# UNIT a_seconds bytes\na_seconds 1\n# EOF\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n# EOF\n")]
    public void Refuses_what_is_wrong_in_OpenMetrics(string text) => Assert.ThrowsAny<Exception>(() => Exposition.Parse(Encoding.UTF8.GetBytes(text), openMetrics: true));
}
