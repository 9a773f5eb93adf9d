using System.Diagnostics;
using Headgate.Conformance;

namespace Headgate.Tests.Memory.Snapshots;

/// <summary>A snapshot from another process: one that runs this very test, and the ones that wrote the files of released formats.</summary>
public class OtherProcessTests
{
    private const string Where = "HEADGATE_TEST_SNAPSHOT";

    private static readonly LeaseId Lease = new(42);

    /// <summary>What the other process does. By itself it shows that the file can be written and read here.</summary>
    [Fact]
    public async Task Saves_to_a_file()
    {
        string file = Environment.GetEnvironmentVariable(Where) ?? Path.GetTempFileName();
        using (MemoryStore store = new(new FakeClock()))
        {
            foreach (Charge charge in Charges()) Assert.True((await store.EnterAsync(new[] { charge }, Lease)).IsAllowed);
            using FileStream stream = File.Create(file);
            store.Save(stream);
        }

        await AssertGoesOnAsync(file);
        if (Environment.GetEnvironmentVariable(Where) is null) File.Delete(file);
    }

    [Fact]
    public async Task Goes_on_where_another_process_stopped()
    {
        string file = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
            string assembly = typeof(OtherProcessTests).Assembly.Location;
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(assembly);
            foreach (string argument in new[] { "-noLogo", "-method", $"{typeof(OtherProcessTests).FullName}.{nameof(Saves_to_a_file)}" }) start.ArgumentList.Add(argument);
            start.Environment[Where] = file;
            using Process other = Process.Start(start)!;
            Task<string> said = other.StandardOutput.ReadToEndAsync(), complained = other.StandardError.ReadToEndAsync();
            await other.WaitForExitAsync().InTime();
            Assert.True(other.ExitCode == 0, await said + await complained);
            await AssertGoesOnAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A format that was released is read for ever, or refused by its version; its digests are found by the limits they were made for.</summary>
    [Theory]
    [InlineData("v1.hgs")]
    public async Task Goes_on_from_files_of_released_formats(string name)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Memory", "Snapshots", name);
        if (Headgate.Memory.KeyHash.UsesAes) await AssertGoesOnAsync(file);
        else Assert.Contains("AES", Snapshot.Refused(await File.ReadAllBytesAsync(file)), StringComparison.Ordinal);
    }

    private static async Task AssertGoesOnAsync(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using MemoryStore store = MemoryStore.Restore(stream, new FakeClock());
        Charge[] charges = Charges();
        Assert.Equal(charges.Length, store.KeyCount);
        foreach (Charge charge in charges)
        {
            Charge[] look = [charge with { Cost = 0 }];
            Assert.Equal(2, (await store.PeekAsync(look)).Remaining);
            bool held = charge.Limit is ConcurrencyLimit;
            Assert.Equal(held, await store.ReleaseAsync(look, Lease));
            Assert.Equal(held ? 5 : 2, (await store.PeekAsync(look)).Remaining);
        }
    }

    /// <summary>Every kind, with a name and without, in a namespace and in none, keys of every length that is hashed in a way of its own.</summary>
    private static Charge[] Charges()
    {
        List<Charge> charges = [];
        foreach (string key in new[] { "", "k", "client-00000001", "ключ", new string('x', 40), new string('y', 1300) })
        {
            foreach (string kind in OneOfEach.Kinds)
            {
                Limit limit = OneOfEach.Of(kind, 5, seconds: 100);
                charges.Add(new Charge(key, limit, 3));
                charges.Add(new Charge(key, limit with { Name = "plan" }, 3) { Namespace = "api" });
            }
        }

        return [.. charges];
    }
}
