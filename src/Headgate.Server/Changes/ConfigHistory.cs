using System.Collections.Immutable;
using System.Globalization;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>Goes back in the history of a configuration. What that makes is a change as any other, and can be undone as one.</summary>
internal static class ConfigHistory
{
    /// <summary>
    /// Makes everything as it was at a version, but for API keys: one that was revoked or rotated since must not open the door again, and one that was
    /// given out since must not be shut out. What was consumed stays consumed.
    /// </summary>
    /// <param name="book">The configuration.</param>
    /// <param name="who">Who asks.</param>
    /// <param name="version">The version to go back to: 0 for nothing configured.</param>
    /// <param name="check">Looks at what is in force before it is changed, and throws to refuse; null for no look.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <returns>What is in force now.</returns>
    /// <exception cref="RequestRefusal">404: there is no such version, or it is no longer remembered.</exception>
    public static Task<ServiceConfig> RollBackAsync(this ConfigBook book, string who, long version, Action<ServiceConfig>? check, CancellationToken ct) =>
        book.ChangeAsync(who, string.Create(CultureInfo.InvariantCulture, $"roll back to version {version}"), (config, history) =>
        {
            check?.Invoke(config);
            return Undo(config, history, version);
        }, ct);

    /// <summary>The edits that lead back.</summary>
    /// <exception cref="RequestRefusal">404: there is no such version, or it is no longer remembered.</exception>
    public static ImmutableArray<ConfigEdit> Undo(ServiceConfig config, ImmutableArray<ConfigChange> history, long version)
    {
        if (version < 0 || version > config.Version)
            throw RequestRefusal.Unknown(string.Create(CultureInfo.InvariantCulture, $"there is no version {version}; versions are 0 to {config.Version}, which is in force."));
        long oldest = history.IsEmpty ? config.Version : history[0].Version - 1;
        if (version < oldest)
        {
            throw RequestRefusal.Unknown(string.Create(CultureInfo.InvariantCulture,
                $"version {version} is no longer remembered; the oldest that is is {oldest}. Import an export of that time instead."));
        }

        // Going backwards, what was there before the earliest change since is what was there at that version.
        Dictionary<NodeAddress, ConfigNode?> back = [];
        for (int i = history.Length - 1; i >= 0 && history[i].Version > version; i--)
        {
            foreach (ConfigEdit edit in history[i].Edits.Reverse())
            {
                if (edit.At.Kind != NodeKind.Key) back[edit.At] = edit.Before;
            }
        }

        return [.. back.Select(leaf => new ConfigEdit(leaf.Key, ConfigEdits.Find(config, leaf.Key), leaf.Value))];
    }
}
