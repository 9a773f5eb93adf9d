using System.Runtime.InteropServices;
using Headgate.Server.Access;
using Headgate.Server.Http;
using Headgate.Server.Load;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary>
/// <c>POST /api/check_and_consume/batch</c>: many decisions, each on its own, answered in the order they were asked. The items of one tenant take their
/// turn together, and no tenant's turn is held while another's is waited for.
/// </summary>
internal sealed class BatchRoute(DecisionDoor door, Decider decider)
{
    public const string Path = "/api/check_and_consume/batch";

    private const int BytesPerItem = 160;

    public async Task AnswerAsync(HttpContext context)
    {
        long start = door.Clock.GetTimestamp();
        Caller caller = door.Enter(context);
        using BatchBody batch = await RequestBody.ReadAsync(context, BatchBody.MaxBytes, "Send fewer items.", BatchBody.Parser).ConfigureAwait(false);
        if (batch.Refusal is { } refusal)
        {
            await ProblemAnswer.WriteAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        ServiceConfig config = door.Config;
        CancellationToken gone = context.RequestAborted;
        List<Group> groups = GroupsOf(batch, caller);
        if (groups.Count == 1)
        {
            await DecideAsync(config, batch.Items, groups[0], start, gone).ConfigureAwait(false);
        }
        else
        {
            // All of them, even if one fails: they work on rented memory.
            await Task.WhenAll(groups.Select(group => DecideAsync(config, batch.Items, group, start, gone).AsTask())).ConfigureAwait(false);
        }

        Send(context, batch);
    }

    /// <summary>The items that can be decided, by tenant; each is linked to the next of its tenant.</summary>
    private static List<Group> GroupsOf(BatchBody batch, Caller caller)
    {
        List<Group> groups = [];
        Dictionary<string, int>? places = null;
        Span<BatchItem> items = batch.Items.AsSpan(0, batch.Count);
        for (int i = 0; i < items.Length; i++)
        {
            ref BatchItem item = ref items[i];
            item.Next = -1;
            if (item.Refusal is not null) continue;
            string tenant = item.Request.Tenant;
            int place = groups.Count > 0 && ReferenceEquals(groups[^1].Tenant, tenant) ? groups.Count - 1 : -1;
            if (place < 0)
            {
                places ??= new Dictionary<string, int>(StringComparer.Ordinal);
                if (!places.TryGetValue(tenant, out place))
                {
                    item.Refusal = DecisionDoor.Refuse(caller, tenant);
                    if (item.Refusal is not null) continue;
                    places[tenant] = groups.Count;
                    groups.Add(new Group(tenant, i, i, 1));
                    continue;
                }
            }

            ref Group group = ref CollectionsMarshal.AsSpan(groups)[place];
            items[group.Last].Next = i;
            group = group with { Last = i, Count = group.Count + 1 };
        }

        return groups;
    }

    private async ValueTask DecideAsync(ServiceConfig config, BatchItem[] items, Group group, long start, CancellationToken gone)
    {
        using LoadTurn turn = await door.TakeTurnAsync(config, group.Tenant, group.Count, gone).ConfigureAwait(false);
        if (!turn.IsEntered)
        {
            for (int i = group.First; i >= 0; i = items[i].Next)
            {
                items[i].Outcome = turn.Outcome;
                door.CountRefused(group.Tenant, turn, start, items[i].Request.Action);
            }

            return;
        }

        // Over a network they travel together: all are asked before one is waited for.
        if (Begin(config, items, group, turn.Outcome, gone) is { } waiting)
        {
            foreach ((int i, Task<Decided> decision) in waiting) items[i].Decided = await decision.ConfigureAwait(false);
        }

        for (int i = group.First; i >= 0; i = items[i].Next)
        {
            if (items[i].Refusal is null) door.Count(group.Tenant, items[i].Decided.Decision, turn, start, items[i].Request.Action);
        }
    }

    /// <summary>Asks for all; returns those that are not there yet, null if all are.</summary>
    private List<(int Item, Task<Decided> Decision)>? Begin(ServiceConfig config, BatchItem[] items, in Group group, LoadOutcome outcome, CancellationToken gone)
    {
        List<(int, Task<Decided>)>? waiting = null;
        for (int i = group.First; i >= 0; i = items[i].Next)
        {
            ref BatchItem item = ref items[i];
            item.Outcome = outcome;
            ValueTask<Decided> decision;
            try
            {
                decision = decider.DecideAsync(config, RuleFinder.Find(config, item.Request), item.Request, gone);
            }
            catch (RequestRefusal refusal)
            {
                item.Refusal = refusal;
                continue;
            }

            if (decision.IsCompletedSuccessfully) item.Decided = decision.Result;
            else (waiting ??= []).Add((i, decision.AsTask()));
        }

        return waiting;
    }

    private void Send(HttpContext context, BatchBody batch)
    {
        AnswerBuffer json = new(BytesPerItem * batch.Count);
        try
        {
            json.Write(batch.IsBare ? "["u8 : "{\"results\":["u8);
            Span<BatchItem> items = batch.Items.AsSpan(0, batch.Count);
            for (int i = 0; i < items.Length; i++)
            {
                if (i > 0) json.Write(","u8);
                Write(ref json, ref items[i]);
            }

            json.Write(batch.IsBare ? "]"u8 : "]}"u8);
            json.Send(context.Response);
        }
        finally
        {
            json.Dispose();
        }
    }

    private void Write(ref AnswerBuffer json, ref BatchItem item)
    {
        if (item.Refusal is { } refusal)
        {
            WriteError(ref json, refusal);
        }
        else if (item.Outcome is LoadOutcome.Processed or LoadOutcome.Queued)
        {
            CheckAnswer.WriteOpen(ref json, item.Decided.Decision, item.Decided.Lease, item.Outcome, door.Clock);
            json.Write("}"u8);
        }
        else
        {
            CheckAnswer.WriteRefused(ref json, item.Outcome, door.Clock);
        }
    }

    private static void WriteError(ref AnswerBuffer json, RequestRefusal refusal)
    {
        json.Write("{\"error\":{\"status\":"u8);
        json.Write(refusal.Status);
        json.Write(",\"detail\":"u8);
        json.WriteText(refusal.Message);
        if (refusal.Field is not null)
        {
            json.Write(",\"field\":"u8);
            json.WriteText(refusal.Field);
        }

        json.Write("}}"u8);
    }

    /// <param name="Tenant">Whose.</param>
    /// <param name="First">The first item.</param>
    /// <param name="Last">The last item.</param>
    /// <param name="Count">How many.</param>
    private readonly record struct Group(string Tenant, int First, int Last, int Count);
}
