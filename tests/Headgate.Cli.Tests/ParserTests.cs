using System.Text;
using Headgate.Cli.Simulate.Input;

namespace Headgate.Cli.Tests;

public sealed class ParserTests
{
    private const string Line =
        "192.0.2.7 - ann [17/May/2015:10:05:03 +0200] \"GET /a/b?c=1 HTTP/1.1\" 200 512 \"http://x/\\\"y\\\"\" \"Mozilla \\\"5\\\" (X)\"";

    private const long At = 1_431_849_903_000_000;

    [Theory]
    [InlineData("ip", "192.0.2.7")]
    [InlineData("user", "ann")]
    [InlineData("method", "GET")]
    [InlineData("path", "/a/b")]
    [InlineData("url", "/a/b?c=1")]
    [InlineData("request", "GET /a/b?c=1 HTTP/1.1")]
    [InlineData("status", "200")]
    [InlineData("bytes", "512")]
    [InlineData("referer", "http://x/\\\"y\\\"")]
    [InlineData("user_agent", "Mozilla \\\"5\\\" (X)")]
    [InlineData("ip,path", "192.0.2.7 /a/b")]
    public void Combined_fields_are_found(string key, string expected)
    {
        (LogEvent read, string shown) = Read(Line, key);
        Assert.Equal(At, read.Time);
        Assert.Equal(expected, shown);
    }

    [Theory]
    [InlineData("2001:db8::1 - - [10/Mar/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 -", "ip", "2001:db8::1")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 -", "user", "(none)")]
    [InlineData("192.0.2.1 - John Doe [10/Mar/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 -", "user", "John Doe")]
    [InlineData("192.0.2.1 - [x] [y [10/Mar/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 -", "user", "[x] [y")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"\" 400 0", "method", "(none)")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"\\x16\\x03\" 400 0", "ip", "192.0.2.1")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"GET /a\\\"b HTTP/1.1\" 404 0", "path", "/a\\\"b")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"-\" - -", "path", "(none)")]
    public void Unusual_combined_lines_are_read(string line, string key, string expected) =>
        Assert.Equal(expected, Read(line, key).Shown);

    [Theory]
    [InlineData("hello", "client address")]
    [InlineData("192.0.2.1 - - no time", "time in brackets")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000", "no time such as")]
    [InlineData("192.0.2.1 - - [10/Foo/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 1", "10/Foo/2026")]
    [InlineData("192.0.2.1 - - [31/Feb/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 1", "31/Feb/2026")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] GET / 200", "no request in quotes")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"GET / HTTP/1.1", "not closed")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"GET / \\", "not closed")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"GET / HTTP/1.1\"", "no status")]
    [InlineData("192.0.2.1 - - [10/Mar/2026:14:00:00 +0000] \"GET / HTTP/1.1\" abc 1", "no status")]
    public void Broken_combined_lines_say_what_is_missing(string line, string problem)
    {
        FieldSpec spec = FieldSpec.Parse("ip", null, null);
        Assert.False(new CombinedParser(spec, new KeyBuilder(new KeyTable(), 1)).TryParse(Encoding.UTF8.GetBytes(line), out _,
            out string? said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-03-10T14:00:00Z", 1_773_151_200_000_000)]
    [InlineData("2026-03-10 14:00:00.25", 1_773_151_200_250_000)]
    [InlineData("2026-03-10T15:00:00,000001+01:00", 1_773_151_200_000_001)]
    [InlineData("2026-03-10T09:30:00-0430", 1_773_151_200_000_000)]
    [InlineData("2026-03-10", 1_773_100_800_000_000)]
    [InlineData("10/Mar/2026:14:00:00 +0000", 1_773_151_200_000_000)]
    [InlineData("[10/Mar/2026:09:30:00 -0430]", 1_773_151_200_000_000)]
    [InlineData("1773151200", 1_773_151_200_000_000)]
    [InlineData("1773151200.5", 1_773_151_200_500_000)]
    [InlineData("1773151200123", 1_773_151_200_123_000)]
    [InlineData("1773151200123456", 1_773_151_200_123_456)]
    [InlineData("1773151200123456789", 1_773_151_200_123_456)]
    [InlineData("2024-02-29T00:00:00Z", 1_709_164_800_000_000)]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    public void Times_are_read(string text, long micros)
    {
        Assert.True(TimeText.TryParse(Encoding.UTF8.GetBytes(text), out long read));
        Assert.Equal(micros, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("-5")]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    [InlineData("2025-02-29")]
    [InlineData("2026-03-10T25:00:00Z")]
    [InlineData("2026-03-10T14:00:00X")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("1773151200.x")]
    [InlineData("99999999999999999999")]
    public void What_is_no_time_is_refused(string text) => Assert.False(TimeText.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("""{"time":"2026-03-10T14:00:00Z","ip":"192.0.2.1"}""", "ip", "192.0.2.1")]
    [InlineData("""{"ts":1773151200.1,"request":{"remote_ip":"192.0.2.1","headers":{"ip":"no"}}}""", "request.remote_ip", "192.0.2.1")]
    [InlineData("""{"request.remote_ip":"flat","@timestamp":"2026-03-10T14:00:00Z"}""", "request.remote_ip", "flat")]
    [InlineData("""{"time":1773151200,"user_id":42,"user":"ann"}""", "user", "ann")]
    [InlineData("""{"time":1773151200,"user_id":42}""", "user", "42")]
    [InlineData("""{"time":1773151200,"tenant":"a\u0062\n"}""", "tenant", "ab\\x0A")]
    [InlineData("""{"time":1773151200,"ip":null}""", "ip", "(none)")]
    [InlineData("""{"time":1773151200,"url":"/p?q=1","ip":"x"}""", "path,ip", "/p x")]
    public void Json_fields_are_found(string line, string key, string expected)
    {
        FieldSpec spec = FieldSpec.Parse(key, null, null);
        KeyBuilder keys = new(new KeyTable(), spec.Key.Count);
        Assert.True(new JsonLinesParser(spec, keys).TryParse(Encoding.UTF8.GetBytes(line), out LogEvent read,
            out string? problem), problem);
        Assert.Equal(expected, keys.Display(read.Key));
    }

    [Theory]
    [InlineData("""{"time":1773151200,"ip":"x" """, "not valid JSON")]
    [InlineData("""[1]""", "not a JSON object")]
    [InlineData("""{"time":1773151200} {}""", "not valid JSON")]
    [InlineData("""{"ip":"x"}""", "--time-field")]
    [InlineData("""{"time":"soon","ip":"x"}""", "soon")]
    public void Broken_json_lines_say_what_is_wrong(string line, string problem)
    {
        FieldSpec spec = FieldSpec.Parse("ip", null, null);
        Assert.False(new JsonLinesParser(spec, new KeyBuilder(new KeyTable(), 1)).TryParse(Encoding.UTF8.GetBytes(line), out _,
            out string? said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Time,IP,cost", "2026-03-10T14:00:00Z,192.0.2.1,7", "192.0.2.1", 7)]
    [InlineData("time;ip;cost", "1773151200;\"a;\"\"b\"\"\";7", "a;\"b\"", 7)]
    [InlineData("cost\tip\ttime", "0\tx\t1773151200", "x", 0)]
    public void Csv_columns_are_found(string header, string line, string key, long cost)
    {
        FieldSpec spec = FieldSpec.Parse("ip", "cost", null);
        KeyBuilder keys = new(new KeyTable(), 1);
        CsvParser parser = new(spec, keys, Encoding.UTF8.GetBytes(header), "a.csv");
        Assert.True(parser.TryParse(Encoding.UTF8.GetBytes(line), out LogEvent read, out string? problem), problem);
        Assert.Equal((1_773_151_200_000_000, cost, key), (read.Time, read.Cost, keys.Display(read.Key)));
    }

    [Theory]
    [InlineData("1773151200,x", "2 columns, the header 3")]
    [InlineData("1773151200,x,1,2", "4 columns, the header 3")]
    [InlineData("1773151200,\"x,1", "quotes of column 2")]
    [InlineData("1773151200,x,1.5", "\"1.5\"")]
    [InlineData("1773151200,x,-1", "\"-1\"")]
    public void Broken_csv_lines_say_what_is_wrong(string line, string problem)
    {
        CsvParser parser = new(FieldSpec.Parse("ip", "cost", null), new KeyBuilder(new KeyTable(), 1), "time,ip,cost"u8, "a.csv");
        Assert.False(parser.TryParse(Encoding.UTF8.GetBytes(line), out _, out string? said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_several_fields_never_run_together()
    {
        KeyTable table = new();
        KeyBuilder keys = new(table, 2);
        HashSet<int> ids = [];
        foreach ((string first, string second) in new[] { ("a", "bc"), ("ab", "c"), ("", "abc"), ("abc", ""), ("a b", "c"),
            ("a", "b c") })
        {
            keys.Start();
            keys.Add(Encoding.UTF8.GetBytes(first));
            keys.Add(Encoding.UTF8.GetBytes(second));
            Assert.True(ids.Add(keys.Finish(false)));
        }
    }

    [Fact]
    public void Keys_that_are_not_utf8_stay_apart()
    {
        KeyTable table = new();
        Assert.NotEqual(table.IdOf([0xFF]), table.IdOf([0xFE]));
        Assert.Equal(0, table.IdOf([0xFF]));
    }

    [Fact]
    public void Numbers_of_keys_survive_the_growth_of_their_table()
    {
        KeyTable table = new();
        for (int i = 0; i < 20_000; i++) Assert.Equal(i, table.IdOf(Encoding.UTF8.GetBytes($"key {i}")));
        for (int i = 0; i < 20_000; i++) Assert.Equal(i, table.IdOf(Encoding.UTF8.GetBytes($"key {i}")));
        Assert.Equal("key 19999", table[19_999]);
    }

    private static (LogEvent Event, string Shown) Read(string line, string key)
    {
        FieldSpec spec = FieldSpec.Parse(key, null, null);
        KeyBuilder keys = new(new KeyTable(), spec.Key.Count);
        Assert.True(new CombinedParser(spec, keys).TryParse(Encoding.UTF8.GetBytes(line), out LogEvent read,
            out string? problem), problem);
        return (read, keys.Display(read.Key));
    }
}
