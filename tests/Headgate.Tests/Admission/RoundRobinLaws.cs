using Headgate.Admission;
using Headgate.Conformance;
using Headgate.Conformance.Generation;

namespace Headgate.Tests.Admission;

/// <summary>Whose turn it is: what the gate says is what the model says, and what the documentation promises.</summary>
public class RoundRobinLaws
{
    private static readonly int[] Weights = [1, 3, 10, 700, 1000];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Turns_come_as_in_the_model_that_walks_every_round(bool mayGoAway, bool mayReweigh) =>
        PropertyCheck.ForAll(Step.Lists(mayGoAway, mayReweigh), steps =>
        {
            Bench bench = new();
            RoundsModel model = new();
            foreach (Step step in steps)
            {
                if (step.Kind == StepKind.Join)
                {
                    model.Join($"{step.Flow}", step.Weight, step.Cost, bench.Join(step));
                }
                else if (step.Kind == StepKind.Next)
                {
                    Assert.Equal(model.Next(), bench.Next());
                }
                else if (bench.GoAway(step.Pick) is { } gone)
                {
                    model.GoAway(gone);
                }

                bench.Check();
            }

            while (bench.Queued > 0) Assert.Equal(model.Next(), bench.Next());
        }, tests: 300);

    [Fact]
    public void Flows_that_wait_side_by_side_are_served_by_their_weights() =>
        PropertyCheck.ForAll(Step.Lists(mayGoAway: false, mayReweigh: false), steps =>
        {
            Assert.Null(SharesOf(steps, isFair: true).Breach());
        }, tests: 500);

    [Fact]
    public void First_come_first_served_breaks_that_bound_and_the_check_notices()
    {
        Step[] flood = [.. Enumerable.Range(0, 200).Select(i => new Step(StepKind.Join, i < 100 ? 0 : 1, Weights[i < 100 ? 0 : 1], 1, 0)), .. Enumerable.Repeat(new Step(StepKind.Next, 0, 0, 0, 0), 100)];
        Assert.Null(SharesOf(flood, isFair: true).Breach());
        Assert.NotNull(SharesOf(flood, isFair: false).Breach());
    }

    [Fact]
    public void The_most_unequal_weights_and_costs_share_as_promised()
    {
        Bench bench = new();
        Shares shares = new([1, 1000]);
        Step light = new(StepKind.Join, 0, 1, FairGate.MaxCost, 0), heavy = new(StepKind.Join, 1, 1000, 1, 0);
        Dictionary<int, Step> waiting = [];
        foreach (Step step in (Step[])[light, light, heavy, heavy]) Join(step);
        int lightTurns = 0;
        for (int i = 0; i < 200_000; i++)
        {
            Step served = waiting[bench.Next()!.Value];
            shares.Served(served.Flow, served.Cost);
            if (served == light) lightTurns++;
            Join(served);
        }

        Assert.Null(shares.Breach());
        Assert.Equal(3, lightTurns);

        void Join(Step step)
        {
            shares.Joined(step.Flow, step.Cost);
            waiting[bench.Join(step)] = step;
        }
    }

    [Fact]
    public void A_turn_among_thousands_of_flows_of_large_cost_and_least_weight_walks_no_empty_rounds()
    {
        const int Flows = 10_000;
        using FairGate gate = new(new FairGateOptions { MaxConcurrent = 1, MaxQueued = Flows }, new FakeClock());
        FairPass inside = gate.Enter();
        Task<FairPass>[] waiting = [.. Enumerable.Range(0, Flows).Select(i => gate.Ask($"{i}", FairGate.MaxCost))];

        // Walked, this would be 10,000 turns of up to 64,000 rounds of up to 10,000 flows.
        foreach (Task<FairPass> next in waiting)
        {
            inside.Dispose();
            inside = next.Now();
        }

        Assert.Equal(0, gate.Queued);
    }

    private static Shares SharesOf(IReadOnlyList<Step> steps, bool isFair)
    {
        Bench bench = new();
        Shares shares = new(Weights);
        List<Step> waiting = [];
        Queue<int> inOrder = new();
        foreach (Step step in steps)
        {
            if (step.Kind == StepKind.Join)
            {
                shares.Joined(step.Flow, step.Cost);
                inOrder.Enqueue(bench.Join(step));
                waiting.Add(step);
            }
            else if ((isFair ? bench.Next() : inOrder.TryDequeue(out int first) ? first : null) is { } served)
            {
                shares.Served(waiting[served].Flow, waiting[served].Cost);
            }
        }

        return shares;
    }

    /// <summary>The line of a gate, without the gate: a step of the script is a call.</summary>
    private sealed class Bench
    {
        private readonly FairLine _line = new();
        private readonly FairGateOptions _options = new();
        private readonly List<Waiter> _all = [];

        public int Queued => _line.Count;

        public int Join(Step step)
        {
            Waiter waiter = new(step.Cost, _all.Count);
            Assert.True(_line.TryJoin(waiter, new FairFlow($"{step.Flow}", step.Weight), _options, out Waiter? dropped));
            Assert.Null(dropped);
            _all.Add(waiter);
            return _all.Count - 1;
        }

        public int? Next() => _line.TakeNext() is { } waiter ? (int)waiter.Since : null;

        public int? GoAway(int pick)
        {
            Waiter[] waiting = [.. _all.Where(w => w.Queue is not null)];
            if (waiting.Length == 0) return null;
            Waiter gone = waiting[pick % waiting.Length];
            _line.Remove(gone);
            return (int)gone.Since;
        }

        /// <summary>0 &lt;= deficit &lt; cost of the head; and the row by time and the lengths of the queues tell of the same waiters.</summary>
        public void Check()
        {
            foreach (FlowQueue queue in _line.Flows()) Assert.InRange(_line.DeficitOf(queue), 0, (queue.Head!.Cost * Rounds.Unit) - 1);
            Waiter[] waiting = [.. _all.Where(w => w.Queue is not null)];
            Assert.Equal(waiting.Length, _line.Count);
            Assert.Equal(waiting.GroupBy(w => w.Queue!.Key).Select(g => g.Count()).OrderDescending(), _line.Flows().Select(queue => queue.Count));
            List<Waiter> row = [];
            for (Waiter? at = _line.Oldest; at is not null; at = at.Later) row.Add(at);
            Assert.Equal(waiting, row);
        }
    }
}
