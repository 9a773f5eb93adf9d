using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Headgate.Cli.Simulate.Input;

namespace Headgate.Cli.Tests;

public sealed class SimulateTests
{
    private const string Bucket = "token_bucket(capacity=2, refill=1/s)";

    [Fact]
    public async Task The_sample_log_is_simulated_end_to_end()
    {
        Cli run = await Cli.RunAsync("simulate", Cli.SampleLog);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("2,015 requests, 62 keys (ip)", run.Output, StringComparison.Ordinal);
        Assert.Contains("No --limit was given; token_bucket(capacity=10, refill=1/s) is tried.", run.Output,
            StringComparison.Ordinal);
        Assert.Contains("1,807 allowed, 208 denied (10.3 %), 3 of 62 keys", run.Output, StringComparison.Ordinal);
        Assert.Contains("203.0.113.24", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
        Assert.All(run.Output, c => Assert.True(c < 128));
    }

    [Fact]
    public async Task Limits_run_side_by_side()
    {
        string log = Lines.Many(10, i => Lines.Combined("192.0.2.1", i / 5));
        JsonElement json = await Cli.JsonAsync(log, "--limit", Bucket, "--limit", "fixed_window(permits=4, window=1min)",
            "--limit",
            "leaky_bucket(capacity=3, leak=1/s)");
        JsonElement[] limits = [.. json.GetProperty("limits").EnumerateArray()];
        Assert.Equal([7, 6, 6], limits.Select(l => l.GetProperty("denied").GetInt64()));
        Assert.Equal([3, 4, 4], limits.Select(l => l.GetProperty("allowed").GetInt64()));
        Assert.Equal(8m, limits[2].GetProperty("delay").GetProperty("total_seconds").GetDecimal() + 3m);
        Assert.False(limits[0].TryGetProperty("delay", out _));
    }

    [Fact]
    public async Task A_key_says_when_it_was_denied()
    {
        string log = Lines.Many(5, _ => Lines.Combined("192.0.2.1", 0)) + Lines.Many(4, i => Lines.Combined("192.0.2.1", 10 + i))
            + Lines.Combined("192.0.2.2", 20);
        JsonElement json = await Cli.JsonAsync(log, "--limit", "fixed_window(permits=3, window=1min)");
        JsonElement key = Assert.Single(json.GetProperty("limits")[0].GetProperty("keys").EnumerateArray());
        Assert.Equal("192.0.2.1", key.GetProperty("key").GetString());
        Assert.Equal(9, key.GetProperty("requests").GetInt64());
        Assert.Equal(6, key.GetProperty("denied").GetInt64());
        Assert.Equal("2026-03-10T14:00:00Z", key.GetProperty("first_denied_at").GetString());
        Assert.Equal("2026-03-10T14:00:13Z", key.GetProperty("last_denied_at").GetString());
        Assert.Equal(60m, key.GetProperty("longest_lock_out_seconds").GetDecimal());
    }

    [Fact]
    public async Task The_json_document_has_all_that_the_docs_promise()
    {
        JsonElement json = await Cli.JsonAsync(Lines.Many(100, i => Lines.Combined("192.0.2.1", i / 10)), "--limit", Bucket);
        Assert.Equal(["version", "log", "timeline", "bursts", "limits", "elapsed_seconds"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ["files", "key", "cost", "lines", "requests", "keys", "requests_without_key", "from", "to", "out_of_order",
                "most_late_seconds", "clamped", "bad_lines", "first_bad_lines"],
            json.GetProperty("log").EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ["limit", "name", "requests", "allowed", "denied", "denied_share", "denied_for_ever", "keys_denied",
                "longest_lock_out_seconds", "keys", "denied_timeline", "smallest"],
            json.GetProperty("limits")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(100, json.GetProperty("timeline").GetProperty("requests").EnumerateArray().Sum(n => n.GetInt64()));
        Assert.Equal([1, 10, 60], json.GetProperty("bursts").EnumerateArray().Select(b =>
            b.GetProperty("span_seconds").GetInt32()));
        Assert.Equal([10, 100, 100], json.GetProperty("bursts").EnumerateArray().Select(b =>
            b.GetProperty("keys")[0].GetProperty("requests").GetInt64()));
        JsonElement capacity = json.GetProperty("limits")[0].GetProperty("smallest")[0];
        Assert.Equal("capacity", capacity.GetProperty("number").GetString());
        Assert.True(capacity.GetProperty("smallest_of_all").GetBoolean());
        Assert.Equal([0.001m, 0.01m, 0.05m],
            capacity.GetProperty("at_most").EnumerateArray().Select(f => f.GetProperty("share").GetDecimal()));

        JsonElement plain = await Cli.JsonAsync(Lines.Combined("192.0.2.1", 0), "--no-search");
        Assert.False(plain.GetProperty("limits")[0].TryGetProperty("smallest", out _));
    }

    [Fact]
    public async Task Gzip_is_told_by_its_bytes_and_may_have_several_members()
    {
        using TemporaryFile file = new([.. Gzip(Lines.Many(30, i => Lines.Combined("192.0.2.1", i))),
            .. Gzip(Lines.Combined("192.0.2.2", 40))], ".log");
        Cli run = await Cli.RunAsync("simulate", file.Path, "--json");
        Assert.Equal(31, JsonDocument.Parse(run.Output).RootElement.GetProperty("log").GetProperty("requests").GetInt64());
    }

    [Fact]
    public async Task A_truncated_gzip_is_damaged_and_not_merely_short()
    {
        byte[] whole = Gzip(Lines.Many(5000, i => Lines.Combined($"192.0.2.{i * 7919 % 251}", i % 3000)));
        using TemporaryFile file = new(whole[..(whole.Length - 20)]);
        Cli run = await Cli.RunAsync("simulate", file.Path);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("damaged", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_merged_by_time()
    {
        using TemporaryFile later = new(Lines.Many(3, i => Lines.Combined("192.0.2.1", 1800 + i)));
        using TemporaryFile earlier = new(Lines.Many(3, i => Lines.Combined("192.0.2.1", i)));
        Cli run = await Cli.RunAsync("simulate", later.Path, earlier.Path, "--json");
        JsonElement log = JsonDocument.Parse(run.Output).RootElement.GetProperty("log");
        Assert.Equal("2026-03-10T14:00:00Z", log.GetProperty("from").GetString());
        Assert.Equal((0, 0, 6), (log.GetProperty("clamped").GetInt32(), log.GetProperty("out_of_order").GetInt32(),
            log.GetProperty("requests").GetInt32()));
    }

    [Fact]
    public async Task Lines_out_of_order_are_put_in_order_and_counted()
    {
        string log = Lines.Combined("192.0.2.1", 100) + Lines.Combined("192.0.2.1", 50) + Lines.Combined("192.0.2.1", 30)
            + Lines.Combined("192.0.2.1", 200);
        JsonElement read = (await Cli.JsonAsync(log)).GetProperty("log");
        Assert.Equal((2, 70, 0), (read.GetProperty("out_of_order").GetInt32(), read.GetProperty("most_late_seconds").GetInt32(),
            read.GetProperty("clamped").GetInt32()));
        Assert.Equal(2, (await Cli.JsonAsync(log, "--reorder", "0")).GetProperty("log").GetProperty("clamped").GetInt32());
        Assert.Equal("2026-03-10T14:00:30Z", read.GetProperty("from").GetString());
    }

    [Fact]
    public async Task A_bad_line_is_named_with_file_number_reason_and_remedy()
    {
        Cli run = await Cli.SimulateAsync(Lines.Combined("192.0.2.1", 0) + "gar\e[31mbage\n" + Lines.Combined("192.0.2.1", 1));
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains("standard input, line 2 cannot be read as combined: it does not begin with a client address", run.Error,
            StringComparison.Ordinal);
        Assert.Contains("gar\\x1B[31mbage", run.Error, StringComparison.Ordinal);
        Assert.Contains("--skip-bad", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Error);
    }

    [Fact]
    public async Task Skip_bad_goes_on_and_counts()
    {
        string log = "rubbish\n" + Lines.Many(10, i => Lines.Combined("192.0.2.1", i) + "\n" + $"bad {i}\n")
            + new string('x', LineReader.MaxLine + 5000) + "\n"
            + Lines.Combined("192.0.2.1", 20);
        JsonElement read = (await Cli.JsonAsync(log, "--skip-bad")).GetProperty("log");
        Assert.Equal((12, 11), (read.GetProperty("bad_lines").GetInt32(), read.GetProperty("requests").GetInt32()));
        Assert.Equal([1L, 4, 7, 10, 13],
            read.GetProperty("first_bad_lines").EnumerateArray().Select(b => b.GetProperty("line").GetInt64()));
        Assert.Equal(33, read.GetProperty("lines").GetInt64());
    }

    [Fact]
    public async Task A_line_of_many_megabytes_is_bad_and_bounded()
    {
        Cli run = await Cli.SimulateAsync(Lines.Combined("192.0.2.1", 0) + new string('x', 3 * LineReader.MaxLine));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("line 2 cannot be read as combined: it is longer than 1048576 bytes", run.Error,
            StringComparison.Ordinal);
        Assert.True(run.Error.Length < 1000);
    }

    [Theory]
    [InlineData(LineReader.MaxLine, 2)]
    [InlineData(LineReader.MaxLine + 1, 1)]
    public async Task A_line_may_be_as_long_as_the_bound_and_no_longer(int length, int requests)
    {
        string line = Lines.Combined("192.0.2.1", 0).TrimEnd('\n');
        string log = Lines.Combined("192.0.2.1", 0) + line + new string('x', length - line.Length) + "\n";
        JsonElement read = (await Cli.JsonAsync(log, "--skip-bad")).GetProperty("log");
        Assert.Equal(requests, read.GetProperty("requests").GetInt32());
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n\n\n", "no log that can be told")]
    [InlineData("just some prose\nand more of it\n", "no log that can be told by its first lines")]
    [InlineData("a\0b\0c\0\n", "not a text log")]
    [InlineData("a,b,c\n1,2,3\n", "--time-field")]
    public async Task What_is_no_log_is_said_to_be_none(string text, string complaint)
    {
        Cli run = await Cli.SimulateAsync(text);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_files_directories_and_other_compressions_are_explained()
    {
        Assert.Contains("does not exist", await Fails("/nowhere/access.log"), StringComparison.Ordinal);
        Assert.Contains("is a directory", await Fails(Path.GetTempPath()), StringComparison.Ordinal);
        using TemporaryFile zstd = new([0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0]);
        Assert.Contains("zstd -dc FILE | headgate simulate -", await Fails(zstd.Path), StringComparison.Ordinal);

        static async Task<string> Fails(string path)
        {
            Cli run = await Cli.RunAsync("simulate", path);
            Assert.Equal(1, run.ExitCode);
            return run.Error;
        }
    }

    [Theory]
    [InlineData("--limit", "concurrency(permits=3)", "how long requests take")]
    [InlineData("--limit", "all_of(fixed_window(permits=3, window=1s); concurrency(permits=3))", "how long requests take")]
    [InlineData("--key", "colour", "the combined format has not")]
    [InlineData("--key", ",", "1 to 8 field names")]
    [InlineData("--cost", "0", "--cost is 0")]
    [InlineData("--format", "xml", "combined, jsonl or csv")]
    [InlineData("--top", "0", "--top is 0")]
    [InlineData("--reorder", "soon", "a duration such as 60s")]
    [InlineData("--wrong", "x", "--wrong")]
    [InlineData("--key", "user", "no line has a value for the field user")]
    public async Task Wrong_usage_returns_2(string option, string value, string complaint)
    {
        Cli run = await Cli.SimulateAsync(Lines.Combined("192.0.2.1", 0), option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task A_wrong_limit_is_shown_with_a_caret_below_the_place()
    {
        Cli run = await Cli.SimulateAsync("", "--limit", "token_bucket(capacity=0, refill=1/s)");
        Assert.Equal(2, run.ExitCode);
        string[] lines = run.Error.Split('\n');
        Assert.Contains("position 22", lines[0], StringComparison.Ordinal);
        Assert.Equal("  token_bucket(capacity=0, refill=1/s)", lines[1]);
        Assert.Equal(lines[1].IndexOf('0', StringComparison.Ordinal), lines[2].IndexOf('^', StringComparison.Ordinal));
        Assert.Contains("capacity is 0; it must be between 1 and", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_file_is_wrong_usage()
    {
        Cli run = await Cli.RunAsync("simulate");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("headgate simulate --help", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_and_csv_are_told_by_their_first_lines()
    {
        string json = Lines.Many(20, i => $$"""{"time":{{1773151200 + i}},"ip":"192.0.2.1","weight":{{i % 3}}}""" + "\n");
        string csv = "time,client_ip,weight\n" + Lines.Many(20, i => $"{1773151200 + i},192.0.2.1,{i % 3}\n");
        foreach ((string log, string format) in new[] { (json, "jsonl"), (csv, "csv") })
        {
            JsonElement read = await Cli.JsonAsync(log, "--cost", "weight", "--limit", "fixed_window(permits=10, window=1d)");
            Assert.Equal(format, read.GetProperty("log").GetProperty("files")[0].GetProperty("format").GetString());
            Assert.Equal(20, read.GetProperty("limits")[0].GetProperty("requests").GetInt64());
            Assert.Equal(6, read.GetProperty("limits")[0].GetProperty("denied").GetInt64());
            Assert.False(read.GetProperty("limits")[0].GetProperty("smallest")[0].GetProperty("smallest_of_all").GetBoolean());
        }
    }

    [Fact]
    public async Task Keys_from_a_log_cannot_break_out_of_the_html_report()
    {
        string evil = "<script>alert(1)</script>";
        string log = Lines.Many(30, _ => Lines.Combined("192.0.2.1", 0, user: evil))
            + Lines.Combined("192.0.2.1", 1, user: "x\"'&[red]\u202E");
        using TemporaryFile html = new("");
        Cli run = await Cli.SimulateAsync(log, "--key", "user", "--html", html.Path);
        Assert.Equal(0, run.ExitCode);
        string page = await File.ReadAllTextAsync(html.Path, TestContext.Current.CancellationToken);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', page);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Contains(evil, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markup_and_control_characters_in_keys_reach_the_terminal_as_text()
    {
        string log = Lines.Many(30, _ => Lines.Combined("192.0.2.1", 0, user: "[red]a\e]0;x\a[/]"));
        Cli run = await Cli.RunAsync(["simulate", "-", "--key", "user"], log, colours: true);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("[red]a\\x1B]0;x\\x07[/]", run.Output, StringComparison.Ordinal);
        Assert.Contains("\e[31m", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_is_a_failure()
    {
        Cli run = await Cli.SimulateAsync(Lines.Combined("192.0.2.1", 0), "--html",
            Path.Combine(Path.GetTempPath(), "no such folder", "r.html"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no such folder", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        Cli run = await Cli.RunAsync("simulate", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("headgate simulate <FILE>...", run.Output, StringComparison.Ordinal);
        foreach (string option in (string[])["--limit", "--key", "--cost", "--time-field", "--format", "--skip-bad", "--json",
            "--html", "--top", "--reorder", "--search", "--no-search", "--no-progress"])
            Assert.Contains(option, run.Output, StringComparison.Ordinal);
    }

    private static byte[] Gzip(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
