using System.Collections.Immutable;

namespace Headgate.Server.Changes;

/// <summary>The latest changes, oldest first: bounded in their number and, because one import may change everything, in their edits.</summary>
internal static class ChangeHistory
{
    /// <summary>The most edits that are remembered; the latest change is, whatever it has.</summary>
    public const long MaxEdits = 2_000_000;

    public static ImmutableArray<ConfigChange> Remember(ImmutableArray<ConfigChange> history, ConfigChange change)
    {
        int first = Math.Max(0, history.Length + 1 - IConfigLog.MaxHistory);
        long edits = change.Edits.Length;
        int kept = history.Length;
        while (kept > first && edits + history[kept - 1].Edits.Length <= MaxEdits) edits += history[--kept].Edits.Length;
        return kept == 0 ? history.Add(change) : [.. history.AsSpan()[kept..], change];
    }
}
