using System.Diagnostics.Metrics;
using Headgate.Conformance;
using Headgate.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>Files that change while the application runs, in all the ways in which files change.</summary>
public sealed class FileReloadTests
{
    [Fact]
    public async Task A_change_in_place_is_in_force_and_what_was_consumed_stays_consumed()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", Application.Yaml(10));
        Application app = new(headgate => headgate.AddConfigurationFile(file));
        for (int i = 0; i < 7; i++) Assert.True((await app.Policies.AcquireAsync("api", "alice")).IsAllowed);
        File.WriteAllText(file, Application.Yaml(8));
        await Application.EventuallyAsync(() => app.Permits() == 8, "the new number");
        Assert.Equal(1, (await app.Policies.PeekAsync("api", "alice")).Remaining);
        await app.EndAsync();
    }

    [Fact]
    public async Task A_file_that_is_replaced_by_a_rename_is_seen_again_and_again()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", Application.Yaml(1));
        Application app = new(headgate => headgate.AddConfigurationFile(file));
        Assert.Equal(1, app.Permits());
        for (int permits = 2; permits <= 4; permits++)
        {
            folder.Replace("headgate.yaml", Application.Yaml(permits));
            await Application.EventuallyAsync(() => app.Permits() == permits, $"{permits} permits");
        }

        await app.EndAsync();
    }

    [Fact]
    public async Task The_swap_of_a_mounted_config_map_is_seen()
    {
        using Folder folder = new();
        folder.Write("..one/headgate.yaml", Application.Yaml(1));
        File.CreateSymbolicLink(folder.Path("..data"), "..one");
        File.CreateSymbolicLink(folder.Path("headgate.yaml"), "..data/headgate.yaml");
        Application app = new(headgate => headgate.AddConfigurationFile(folder.Path("headgate.yaml")));
        Assert.Equal(1, app.Permits());
        folder.Write("..two/headgate.yaml", Application.Yaml(2));
        File.CreateSymbolicLink(folder.Path("..data_tmp"), "..two");
        // One rename over the old link, as the kubelet does; .NET has none for links to folders.
        using System.Diagnostics.Process rename = System.Diagnostics.Process.Start("mv", ["-Tf", folder.Path("..data_tmp"), folder.Path("..data")]);
        await rename.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, rename.ExitCode);
        await Application.EventuallyAsync(() => app.Permits() == 2, "the other folder");
        await app.EndAsync();
    }

    [Fact]
    public async Task A_bad_change_is_refused_whole_said_in_log_and_metrics_and_the_next_good_one_is_taken()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", Application.Yaml(5));
        long refused = 0, applied = 0;
        using MeterListener listener = Listen((outcome, count) => Interlocked.Add(ref outcome == "refused" ? ref refused : ref applied, count));
        Application app = new(headgate => headgate.AddConfigurationFile(file));
        long version = app.Policies.Version;
        folder.Replace("headgate.yaml", "policies:\n  other: { limits: 'fixed_window(permits=1, window=1s)' }\n  api: { limits: nonsense }\n");
        await Application.EventuallyAsync(() => app.Log.Any(line => line.Contains("ConfigurationRefused", StringComparison.Ordinal)), "the refusal");
        Assert.Equal((5, 0, version), (app.Permits(), app.Permits("other"), app.Policies.Version));
        string line = Assert.Single(app.Log, one => one.Contains("ConfigurationRefused", StringComparison.Ordinal));
        Assert.Contains("headgate.yaml(3,18): policies.api.limits: \"nonsense\" is not a limit", line, StringComparison.Ordinal);
        Assert.True(Volatile.Read(ref refused) >= 1);
        folder.Replace("headgate.yaml", Application.Yaml(6));
        await Application.EventuallyAsync(() => app.Permits() == 6, "the good one");
        await Application.EventuallyAsync(() => Volatile.Read(ref applied) >= 1, "the count");
        await app.EndAsync();
    }

    [Fact]
    public async Task A_file_that_goes_away_changes_nothing_and_is_taken_when_it_is_back()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", Application.Yaml(5));
        Application app = new(headgate => headgate.AddConfigurationFile(file));
        Assert.Equal(5, app.Permits());
        File.Delete(file);
        await Application.EventuallyAsync(() => app.Log.Any(line => line.Contains("the file is gone", StringComparison.Ordinal)), "the word that it is gone");
        Assert.Equal(5, app.Permits());
        folder.Write("headgate.yaml", Application.Yaml(6));
        await Application.EventuallyAsync(() => app.Permits() == 6, "the file that is back");
        await app.EndAsync();
    }

    [Fact]
    public async Task That_a_file_is_gone_is_said_once_and_again_when_it_was_back()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", Application.Yaml(5));
        FakeClock clock = new();
        // Not started: it looks when the test says so.
        LoadedConfiguration loaded = LoadedConfiguration.Load([new FileSource(file, optional: false, reloadOnChange: true)], new PolicySettings(), StoreWiring.None);
        Lines log = new();
        await using ConfigurationReload reload = new(loaded, new PolicySettings(), clock, log);
        async Task LookAsync()
        {
            Task look = reload.CheckAsync(TestContext.Current.CancellationToken);
            while (!look.IsCompleted)
            {
                clock.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }

            await look;
        }

        foreach (int times in (int[])[1, 2])
        {
            File.Delete(file);
            for (int i = 0; i < 5; i++) await LookAsync();
            Assert.Equal(times, log.All.Count(line => line.Contains("the file is gone", StringComparison.Ordinal)));
            folder.Write("headgate.yaml", Application.Yaml(5));
            await LookAsync();
        }

        Assert.Equal(2, log.All.Count);
    }

    [Fact]
    public async Task An_optional_file_may_come_later()
    {
        using Folder folder = new();
        Application app = new(headgate => headgate.AddPolicy("code", Limit.FixedWindow(1, TimeSpan.FromDays(1))).AddConfigurationFile(folder.Path("later/headgate.yaml"), optional: true));
        Assert.Equal("code", Assert.Single(app.Policies.Policies).Name);
        folder.Write("later/headgate.yaml", Application.Yaml(3));
        await Application.EventuallyAsync(() => app.Permits() == 3, "the new file");
        await app.EndAsync();
    }

    [Fact]
    public async Task Files_that_need_each_other_are_taken_together()
    {
        using Folder folder = new();
        string first = folder.Write("a.yaml", "routes: [ { policies: api } ]");
        string second = folder.Write("b.yaml", Application.Yaml(1));
        Application app = new(headgate => headgate.AddConfigurationFile(first).AddConfigurationFile(second));
        Assert.Equal(1, app.Permits());
        // In this order each alone is refused: the route of the first asks for what the second no more says, or not yet.
        folder.Replace("a.yaml", "routes: [ { policies: shop } ]");
        await Application.EventuallyAsync(() => app.Log.Any(line => line.Contains("'shop' is not known", StringComparison.Ordinal)), "the refusal");
        folder.Replace("b.yaml", Application.Yaml(2, "shop"));
        await Application.EventuallyAsync(() => app.Permits("shop") == 2, "both");
        Assert.Equal(0, app.Permits());
        await app.EndAsync();
    }

    [Fact]
    public async Task A_file_that_shall_not_be_watched_is_not()
    {
        using Folder folder = new();
        string still = folder.Write("still.yaml", Application.Yaml(1, "still"));
        Application app = new(headgate => headgate.AddConfigurationFile(still, reloadOnChange: false));
        Assert.Equal(1, app.Permits("still"));
        Assert.Null(new FileSource(still, optional: false, reloadOnChange: false).Watch(() => { }));
        await app.EndAsync();
    }

    private static MeterListener Listen(Action<string, long> heard)
    {
        MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == HeadgateDiagnostics.MeterName && instrument.Name == "headgate.config.reloads") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            Assert.Equal("outcome", tags[0].Key);
            heard((string)tags[0].Value!, count);
        });
        listener.Start();
        return listener;
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
