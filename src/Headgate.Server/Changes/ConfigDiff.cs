using System.Collections.Immutable;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>The edits that lead from one configuration to another. Pure.</summary>
internal static class ConfigDiff
{
    /// <summary>One edit for each leaf that is other, there or not there; by what leaves say, not by their versions. In no order.</summary>
    public static ImmutableArray<ConfigEdit> Between(ServiceConfig from, ServiceConfig to)
    {
        ImmutableArray<ConfigEdit>.Builder edits = ImmutableArray.CreateBuilder<ConfigEdit>();
        foreach ((NodeAddress at, ConfigNode before) in ConfigLeaves.Of(from))
        {
            ConfigNode? after = ConfigEdits.Find(to, at);
            if (!ConfigEdits.SayTheSame(before, after)) edits.Add(new ConfigEdit(at, before, after));
        }

        foreach ((NodeAddress at, ConfigNode after) in ConfigLeaves.Of(to))
        {
            if (ConfigEdits.Find(from, at) is null) edits.Add(new ConfigEdit(at, null, after));
        }

        return edits.DrainToImmutable();
    }
}
