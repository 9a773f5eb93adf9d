using System.Runtime.CompilerServices;
using Headgate.AspNetCore.Paths;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Requests;

/// <summary>
/// Plans made lately, found by reference. A plan is a pure function of endpoint, route and policies in force, so one that was pushed out is
/// simply made again; a racy array of immutable entries needs no lock and is bounded.
/// </summary>
internal sealed class PlanCache(Func<PolicySnapshot, Endpoint?, RouteMatch?, RequestPlan> make)
{
    private const int Size = 1024;

    private readonly Entry?[] _entries = new Entry?[Size];

    public RequestPlan Get(PolicySnapshot snapshot, Endpoint? endpoint, RouteMatch? match)
    {
        int place = (RuntimeHelpers.GetHashCode(endpoint) ^ (RuntimeHelpers.GetHashCode(match) * 31)) & (Size - 1);
        Entry? entry = Volatile.Read(ref _entries[place]);
        if (entry is not null && ReferenceEquals(entry.Endpoint, endpoint) && ReferenceEquals(entry.Match, match) && ReferenceEquals(entry.Plan.Snapshot, snapshot))
            return entry.Plan;
        entry = new Entry(endpoint, match, make(snapshot, endpoint, match));
        Volatile.Write(ref _entries[place], entry);
        return entry.Plan;
    }

    private sealed record Entry(Endpoint? Endpoint, RouteMatch? Match, RequestPlan Plan);
}
