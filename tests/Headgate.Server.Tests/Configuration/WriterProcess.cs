using System.Globalization;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Tests.Configuration;

/// <summary>What the killed process does: changes for ever, and the number of each on a line when it is kept. This assembly is started again for it.</summary>
internal static class WriterProcess
{
    public const string Name = "write-configuration";
    public const string Honest = "honest";

    /// <summary>Wrong on purpose: says that it kept a change before it does.</summary>
    public const string Hasty = "hasty";

    /// <summary>Makes changes until the disk refuses one, says which, and tries twice more.</summary>
    public const string Full = "full";

    /// <summary>Before the version that was refused.</summary>
    public const string Refused = "refused ";

    public const int Tenants = 7;

    /// <summary>So short that it is often killed in the middle of a snapshot.</summary>
    public const long JournalBytes = 3_000;

    private static readonly TimeSpan Haste = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(string how, string folder)
    {
        await using FileConfigLog log = new(() => new DiskFolder(folder), TimeProvider.System, NullLogger.Instance, JournalBytes);
        ServiceConfig config = (await log.LoadAsync(default)).Config;
        using Stream output = Console.OpenStandardOutput();
        for (int refused = 0; refused < 3;)
        {
            long version = config.Version + 1;
            NodeAddress at = AddressOf(version);
            ConfigChange change = new(version, TimeProvider.System.GetUtcNow(), "writer", $"change {version}", [new ConfigEdit(at, ConfigEdits.Find(config, at), RuleOf(version))]);
            ServiceConfig result = ConfigEdits.Apply(config, change);
            byte[] line = System.Text.Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture) + "\n");
            if (how == Hasty)
            {
                output.Write(line);
                await Task.Delay(Haste, TimeProvider.System);
            }

            try
            {
                await log.AppendAsync(change, result, default);
                config = result;
                if (how != Hasty) output.Write(line);
            }
            catch (ConfigUnavailableException) when (how == Full)
            {
                refused++;
                output.Write([.. System.Text.Encoding.ASCII.GetBytes(Refused), .. line]);
            }
        }
    }

    public static NodeAddress AddressOf(long version) => NodeAddress.OfAction($"tenant {version % Tenants}", "login");

    public static ActionRule RuleOf(long version) => ActionRule.Create(Algorithm.SlidingLog, version, TimeSpan.FromSeconds(60));
}
