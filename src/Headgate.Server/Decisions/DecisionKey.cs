using System.Globalization;

namespace Headgate.Server.Decisions;

/// <summary>
/// The names under which state is kept. Injective (law 13): the tenant's length stands before it. All actions of a client have one partition key, and so
/// lie in one slot of a Redis Cluster.
/// </summary>
internal static class DecisionKey
{
    /// <summary>No policy's name has a tab in it: actions and policies share a store, and never a state.</summary>
    private const char Mark = '\t';

    public static string Of(string tenant, string client) => string.Create(CultureInfo.InvariantCulture, $"{tenant.Length}:{tenant}{client}");

    public static string Namespace(string action) => Mark + action;
}
