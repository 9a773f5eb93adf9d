using System.Globalization;

namespace Headgate.Server.Changes.Files;

/// <summary>
/// Names in the folder: <c>snapshot-N.log</c> is the configuration at version N, <c>journal-N.log</c> what was changed after version N, up to where
/// the next journal begins.
/// </summary>
internal static class FileNames
{
    /// <summary>A file that is being written, and of no use before it has its name.</summary>
    public const string Unfinished = ".tmp";

    private const string Ending = ".log";
    private const int Digits = 19;
    private const string SnapshotPrefix = "snapshot-";
    private const string JournalPrefix = "journal-";

    public static string Snapshot(long version) => Of(SnapshotPrefix, version);

    public static string Journal(long version) => Of(JournalPrefix, version);

    public static bool IsSnapshot(string name) => name.StartsWith(SnapshotPrefix, StringComparison.Ordinal);

    /// <summary>Versions of the snapshots among some files, the oldest first.</summary>
    public static long[] Snapshots(IReadOnlyList<string> names) => Versions(names, SnapshotPrefix);

    /// <summary>Versions after which the journals among some files begin, the oldest first.</summary>
    public static long[] Journals(IReadOnlyList<string> names) => Versions(names, JournalPrefix);

    /// <summary>The name of a damaged file, which nothing reads or deletes any more.</summary>
    public static string SetAside(string name, DateTimeOffset now, IReadOnlyList<string> names)
    {
        string aside = $"{name}.damaged-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        string free = aside;
        for (int i = 2; names.Contains(free, StringComparer.Ordinal); i++) free = string.Create(CultureInfo.InvariantCulture, $"{aside}-{i}");
        return free;
    }

    private static string Of(string prefix, long version) => prefix + version.ToString("D19", CultureInfo.InvariantCulture) + Ending;

    private static long[] Versions(IReadOnlyList<string> names, string prefix) =>
        [.. names.Select(name => Version(name, prefix)).OfType<long>().Order()];

    private static long? Version(string name, string prefix) =>
        name.Length == prefix.Length + Digits + Ending.Length && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(prefix.Length, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : null;
}
