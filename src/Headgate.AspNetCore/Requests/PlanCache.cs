using System.Runtime.CompilerServices;
using Headgate.AspNetCore.Paths;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Requests;

/// <summary>
/// Plans made lately under the policies in force, found by reference. A plan is a pure function of endpoint, route and policies, so one that
/// was pushed out is simply made again; a racy array of immutable entries needs no lock and is bounded.
/// </summary>
internal sealed class PlanCache(Func<PolicySnapshot, Endpoint?, RouteMatch?, RequestPlan> make)
{
    private const int Size = 1024;

    private Table? _table;

    public RequestPlan Get(PolicySnapshot snapshot, Endpoint? endpoint, RouteMatch? match)
    {
        Table? table = Volatile.Read(ref _table);
        if (table is null || !ReferenceEquals(table.Snapshot, snapshot))
        {
            // A request that began before the last change is served without a place: its plan would push out those of the requests to come.
            if (table is not null && table.Snapshot.Version > snapshot.Version) return make(snapshot, endpoint, match);

            // Whole: plans of endpoints that nobody asks for would keep the policies of their time alive.
            table = new Table(snapshot);
            Volatile.Write(ref _table, table);
        }

        int place = (RuntimeHelpers.GetHashCode(endpoint) ^ (RuntimeHelpers.GetHashCode(match) * 31)) & (Size - 1);
        Entry? entry = Volatile.Read(ref table.Entries[place]);
        if (entry is not null && ReferenceEquals(entry.Endpoint, endpoint) && ReferenceEquals(entry.Match, match)) return entry.Plan;
        entry = new Entry(endpoint, match, make(snapshot, endpoint, match));
        Volatile.Write(ref table.Entries[place], entry);
        return entry.Plan;
    }

    private sealed class Table(PolicySnapshot snapshot)
    {
        public PolicySnapshot Snapshot { get; } = snapshot;

        public Entry?[] Entries { get; } = new Entry?[Size];
    }

    private sealed record Entry(Endpoint? Endpoint, RouteMatch? Match, RequestPlan Plan);
}
