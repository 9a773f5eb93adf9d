using System.Text;
using Headgate.Cli.Simulate.Input;
using Headgate.Cli.Simulate.Replay;

namespace Headgate.Cli.Tests;

/// <summary>No log is overwritten or counted twice, and what cannot be written is named with what to do.</summary>
public sealed class FileTests : IDisposable
{
    private static readonly string Log = Lines.Many(20, _ => Lines.Combined("192.0.2.1", 0));

    private readonly string _folder = Directory.CreateTempSubdirectory("headgate-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a.log", "a.log")]
    [InlineData("a.log", "./sub/../a.log")]
    [InlineData("a.log", "link.log")]
    [InlineData("link.log", "a.log")]
    [InlineData("a.log", "folder/a.log")]
    [InlineData("a.log", "folder/link.log")]
    public async Task A_report_never_overwrites_a_log(string log, string report)
    {
        Lay();
        string text = await ReadAsync("a.log");
        Cli run = await Cli.RunAsync("simulate", At("b.log"), At(log), "--html", At(report));
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("the report would overwrite it", run.Error, StringComparison.Ordinal);
        Assert.Contains(At(log), run.Error, StringComparison.Ordinal);
        Assert.Equal(text, await ReadAsync("a.log"));
    }

    [Fact]
    public async Task A_report_may_replace_what_is_no_log()
    {
        Lay();
        Cli run = await Cli.RunAsync("simulate", At("a.log"), "--html", At("b.log"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("<!DOCTYPE html>", await ReadAsync("b.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_a_file()
    {
        Lay();
        Cli directory = await Cli.RunAsync("simulate", At("a.log"), "--html", At("sub"));
        Assert.Equal(2, directory.ExitCode);
        Assert.Contains($"which is a directory. Name a file, such as {Path.Combine(At("sub"), "report.html")}", directory.Error,
            StringComparison.Ordinal);
        Cli empty = await Cli.RunAsync("simulate", At("a.log"), "--html", "");
        Assert.Equal((2, true), (empty.ExitCode, empty.Error.Contains("--html is empty", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("a.log", "a.log", "is named twice")]
    [InlineData("a.log", "sub/../a.log", "are the same file")]
    [InlineData("a.log", "link.log", "are the same file")]
    [InlineData("folder/link.log", "link.log", "are the same file")]
    [InlineData("none.log", "./none.log", "are the same file")]
    public async Task A_file_is_known_by_any_of_its_paths(string one, string other, string complaint)
    {
        Lay();
        Cli run = await Cli.RunAsync("simulate", At(one), At("b.log"), At(other));
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_read_once()
    {
        Cli run = await Cli.SimulateAsync(Log, "-");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: Standard input is named twice", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_in_a_circle_end()
    {
        File.CreateSymbolicLink(At("x"), At("y"));
        File.CreateSymbolicLink(At("y"), At("x"));
        Assert.Equal(At("x"), FileIdentity.Resolve(At("x")));
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_is_named_with_the_remedy()
    {
        Lay();
        string report = At("missing/r.html");
        Cli run = await Cli.RunAsync("simulate", At("a.log"), "--html", report);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"error: The report {report} cannot be written: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("name with --html a file in a folder that exists", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    public async Task A_full_disk_behind_standard_output_is_named_with_the_remedy(params string[] options)
    {
        using FullDisk output = new();
        using StringWriter error = new();
        Terminal terminal = new()
        {
            Output = output,
            Error = error,
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(Log)),
        };
        Assert.Equal(1, await HeadgateCommand.RunAsync(["simulate", "-", .. options], terminal));
        Assert.Equal("error: The result cannot be written to standard output: No space left on device. "
            + "Make room where it goes, or send it elsewhere." + Environment.NewLine, error.ToString());
    }

    [Fact]
    public void A_temporary_file_that_cannot_be_written_is_named_with_the_remedy()
    {
        using EventLog log = new(0, At("missing"));
        CommandException refused = Assert.Throws<CommandException>(() =>
        {
            for (int i = 0; i < 1_000_000; i++) log.Append(new LogEvent(i, 1, i));
        });
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith($"The temporary file of events in {At("missing")} cannot be written: ", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains("to a folder that has room", refused.Message, StringComparison.Ordinal);
    }

    private void Lay()
    {
        File.WriteAllText(At("a.log"), Log);
        File.WriteAllText(At("b.log"), Lines.Combined("192.0.2.2", 1));
        Directory.CreateDirectory(At("sub"));
        File.CreateSymbolicLink(At("link.log"), "a.log");
        Directory.CreateSymbolicLink(At("folder"), _folder);
    }

    private string At(string name) => $"{_folder}{Path.DirectorySeparatorChar}{name}";

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(At(name), TestContext.Current.CancellationToken);

    private sealed class FullDisk : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
