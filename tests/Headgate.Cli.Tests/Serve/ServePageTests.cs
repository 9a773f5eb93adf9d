using System.Globalization;
using Headgate.Cli.Serve;
using Headgate.Server.Hosting;

namespace Headgate.Cli.Tests.Serve;

/// <summary>docs/reference/serve.md says what the program does, setting by setting.</summary>
public sealed class ServePageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs/serve.md"));

    [Fact]
    public void Every_setting_has_its_row_and_no_row_is_of_another()
    {
        string[] rows = [.. Page.Split('\n').Where(line => line.StartsWith("| `--", StringComparison.Ordinal))];
        Assert.Equal(
            new ServeSettings().All.Select(setting => (Flag(setting), $"`{setting.Variable}`", setting.Fallback is null ? "none" : $"`{setting.Fallback}`")),
            rows.Select(row => row.Replace("\\|", "/", StringComparison.Ordinal).Split('|')).Select(cells => (cells[1].Trim(), cells[2].Trim(), cells[3].Trim())));
    }

    [Fact]
    public async Task Every_setting_is_in_the_help_with_its_variable_and_its_default()
    {
        Cli help = await Cli.RunAsync("serve", "--help");
        Assert.Equal(0, help.ExitCode);
        string text = string.Join(' ', help.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (ServeSetting setting in new ServeSettings().All)
        {
            Assert.Contains(setting.Flag, text, StringComparison.Ordinal);
            Assert.Contains($"{(setting.Fallback is null ? "" : $"Default: {setting.Fallback}. ")}[{setting.Variable}]", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bounds_are_those_of_the_server()
    {
        Assert.Contains($"| request line | {KestrelBounds.MaxRequestLine / 1024} KiB |", Page, StringComparison.Ordinal);
        Assert.Contains($"| header fields | {KestrelBounds.MaxHeaderCount}, and {KestrelBounds.MaxHeaderBytes / 1024} KiB together |", Page, StringComparison.Ordinal);
        Assert.Contains($"an import {KestrelBounds.MaxBody / 1024 / 1024} MiB", Page, StringComparison.Ordinal);
        string pace = string.Create(CultureInfo.InvariantCulture, $"{KestrelBounds.MinBytesPerSecond / 1024} KiB a second, after {KestrelBounds.Grace.TotalSeconds} s");
        Assert.Equal(2, Page.Split(pace).Length - 1);
    }

    [Fact]
    public void Exit_codes_are_those_of_the_program()
    {
        foreach (int code in (int[])[ExitCode.Done, ExitCode.Failed, ExitCode.WrongUsage, ExitCode.Interrupted]) Assert.Contains($"\n| {code} | ", Page, StringComparison.Ordinal);
    }

    private static string Flag(ServeSetting setting) => $"`{setting.Flag} {(setting.Form ?? "[true/false]").Replace('|', '/')}`";
}
