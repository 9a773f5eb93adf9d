using System.Globalization;
using System.Runtime.CompilerServices;

namespace Headgate.Server.Decisions;

/// <summary>
/// The names under which state is kept. Injective (law 13): the tenant's length stands before it. All actions of a client have one partition key, and so
/// lie in one slot of a Redis Cluster.
/// </summary>
internal static class DecisionKey
{
    /// <summary>No policy's name has a tab in it: actions and policies share a store, and never a state.</summary>
    private const char Mark = '\t';

    private const int Kept = 1024;

    private static readonly Known?[] Namespaces = new Known?[Kept];

    public static string Of(string tenant, string client)
    {
        int digits = tenant.Length < 10 ? 1 : tenant.Length < 100 ? 2 : 3;
        return string.Create(digits + 1 + tenant.Length + client.Length, (digits, tenant, client), static (key, parts) =>
        {
            parts.tenant.Length.TryFormat(key, out _, default, CultureInfo.InvariantCulture);
            key[parts.digits] = ':';
            parts.tenant.CopyTo(key[(parts.digits + 1)..]);
            parts.client.CopyTo(key[(parts.digits + 1 + parts.tenant.Length)..]);
        });
    }

    /// <summary>The latest are kept, found by reference: an action's id is as a rule the same object (<see cref="IdCache"/>).</summary>
    public static string Namespace(string action)
    {
        ref Known? place = ref Namespaces[RuntimeHelpers.GetHashCode(action) & (Kept - 1)];
        Known? known = Volatile.Read(ref place);
        if (known is not null && ReferenceEquals(known.Action, action)) return known.Namespace;
        Known made = new(action, Mark + action);
        Volatile.Write(ref place, made);
        return made.Namespace;
    }

    private sealed record Known(string Action, string Namespace);
}
