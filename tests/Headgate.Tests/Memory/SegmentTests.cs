using FsCheck;
using FsCheck.Fluent;
using Headgate.Algorithms;
using Headgate.Conformance.Generation;
using Headgate.Memory;

namespace Headgate.Tests.Memory;

/// <summary>One segment against a dictionary, under whatever may happen to it.</summary>
public unsafe class SegmentTests
{
    public enum Op
    {
        Insert,
        InsertMany,
        Find,
        Remove,
        Sweep,
        SweepAll,
        Evict,
        Rebuild,
        Split,
    }

    public sealed record Step(Op Op, int Key, int Amount)
    {
        public override string ToString() => $"{Op}({Key}, {Amount})";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Holds_what_a_dictionary_holds(bool alike)
    {
        // Alike: all keys start in one of few groups and share few tags, so that probes run on, wrap around and meet each other's tags.
        Gen<Step> step =
            from op in Gen.Frequency((6, Gen.Constant(Op.Insert)), (2, Gen.Constant(Op.InsertMany)), (4, Gen.Constant(Op.Remove)), (2, Gen.Constant(Op.Find)),
                (1, Gen.Constant(Op.Sweep)), (1, Gen.Constant(Op.SweepAll)), (1, Gen.Constant(Op.Evict)), (1, Gen.Constant(Op.Rebuild)), (1, Gen.Constant(Op.Split)))
            from key in Gen.Choose(0, 400)
            from amount in Gen.Choose(0, 120)
            select new Step(op, key, amount);
        PropertyCheck.ForAll(Arb.From(step.ListOf(), steps => steps.Select((_, i) => steps.Where((_, j) => j != i).ToList())), steps => Play(steps, alike), 400);
    }

    [Fact]
    public void A_full_segment_says_so_and_splits_into_two_that_hold_everything()
    {
        Segment segment = new(4, 0, ownsMemory: false);
        Dictionary<KeyDigest, long> model = [];
        for (int k = 0; !segment.MustSplit(1); k++)
        {
            if (!segment.HasRoom(1)) segment.Rebuild(1);
            KeyDigest digest = Digest(k, alike: false);
            segment.Insert(digest)->Cell.Head = new StateHead(k, long.MaxValue);
            model.Add(digest, k);
        }

        Assert.Equal(960, model.Count);
        Segment upper = segment.Split();
        Assert.Equal((5, 0UL), (segment.Depth, segment.Prefix));
        Assert.Equal((5, 1UL), (upper.Depth, upper.Prefix));
        foreach ((KeyDigest digest, long value) in model)
        {
            (Segment owner, Segment other) = segment.Owns(digest) ? (segment, upper) : (upper, segment);
            Assert.True(owner.Owns(digest));
            Assert.False(other.Owns(digest));
            Assert.Equal(value, owner.Find(digest)->Cell.Head.LastSeen);
            Assert.True(other.Find(digest) == null);
        }

        segment.Dispose();
        upper.Dispose();
    }

    [Fact]
    public void Evicts_the_expired_first_and_else_who_would_be_soonest()
    {
        Segment segment = new(4, 0, ownsMemory: false);
        segment.Rebuild(40);
        foreach ((int key, long forgetAt) in new[] { (1, 500L), (2, 300L), (3, 400L) }) segment.Insert(Digest(key, false))->Cell.Head = new StateHead(0, forgetAt);
        Assert.True(segment.Evict(now: 300, out bool forced));
        Assert.False(forced);
        Assert.True(segment.Find(Digest(2, false)) == null);
        Assert.True(segment.Evict(now: 300, out forced));
        Assert.True(forced);
        Assert.True(segment.Find(Digest(3, false)) == null);
        Assert.True(segment.Evict(now: 300, out forced));
        Assert.True(forced);
        Assert.False(segment.Evict(now: 300, out forced));
        Assert.False(forced);
        segment.Dispose();
    }

    [Fact]
    public void Owns_nothing_after_disposal()
    {
        Segment segment = new(4, 0, ownsMemory: false);
        segment.Rebuild(1);
        segment.Insert(Digest(1, false));
        segment.Dispose();
        Assert.False(segment.Owns(Digest(1, false)));
        Assert.True(segment.Find(Digest(1, false)) == null);
        Assert.False(segment.IsSparse);
        Assert.Equal(0, segment.SweepAll(long.MaxValue));
        segment.Dispose();
    }

    private static void Play(IList<Step> steps, bool alike)
    {
        Segment segment = new(4, 0, ownsMemory: false);
        List<Segment> apart = [];
        Dictionary<KeyDigest, (long Value, long ForgetAt)> model = [];
        long now = 1000;
        int value = 0;
        try
        {
            foreach (Step step in steps)
            {
                now++;
                KeyDigest digest = Digest(step.Key, alike);
                switch (step.Op)
                {
                    case Op.Insert or Op.InsertMany:
                        for (int i = 0; i <= (step.Op == Op.Insert ? 0 : step.Amount); i++) Insert(Digest(step.Key + i, alike), now + step.Amount - 60);
                        break;
                    case Op.Remove:
                        Slot* slot = segment.Find(digest);
                        Assert.Equal(model.Remove(digest), slot != null);
                        if (slot != null) segment.Remove(slot);
                        break;
                    case Op.Sweep:
                        Forget(segment.Sweep(step.Amount % 5, now), all: false);
                        break;
                    case Op.SweepAll:
                        Forget(segment.SweepAll(now), all: true);
                        break;
                    case Op.Evict:
                        bool evicted = segment.Evict(now, out bool forced);
                        Assert.Equal(model.Count > 0, evicted);
                        (KeyDigest Key, long ForgetAt)[] gone = [.. Gone()];
                        Assert.Equal(evicted ? 1 : 0, gone.Length);
                        Assert.Equal(forced, evicted && gone[0].ForgetAt > now);
                        if (evicted) model.Remove(gone[0].Key);
                        break;
                    case Op.Rebuild:
                        if (!segment.MustSplit(step.Amount)) segment.Rebuild(step.Amount);
                        break;
                    case Op.Split when segment.Depth < 7:
                        Segment upper = segment.Split();
                        apart.Add(upper);
                        foreach (KeyDigest moved in model.Keys.Where(k => !segment.Owns(k)).ToList())
                        {
                            Assert.Equal(model[moved].Value, upper.Find(moved)->Cell.Third);
                            model.Remove(moved);
                        }

                        break;
                }

                Agree();
            }
        }
        finally
        {
            segment.Dispose();
            foreach (Segment other in apart) other.Dispose();
        }

        void Insert(KeyDigest digest, long forgetAt)
        {
            if (!segment.Owns(digest)) return;
            Slot* slot = segment.Find(digest);
            if (slot == null)
            {
                if (!segment.HasRoom(1)) segment.Rebuild(1);
                slot = segment.Insert(digest);
                Assert.Equal(default, slot->Cell.Head);
                Assert.Equal(0, slot->Cell.Third);
            }

            slot->Cell.Head = new StateHead(now, forgetAt);
            slot->Cell.Third = ++value;
            model[digest] = (value, forgetAt);
        }

        void Forget(int dropped, bool all)
        {
            (KeyDigest Key, long ForgetAt)[] gone = [.. Gone()];
            Assert.Equal(dropped, gone.Length);
            Assert.All(gone, g => Assert.True(g.ForgetAt <= now));
            foreach ((KeyDigest key, _) in gone) model.Remove(key);
            if (all) Assert.DoesNotContain(model.Values, v => v.ForgetAt <= now);
        }

        List<(KeyDigest Key, long ForgetAt)> Gone()
        {
            List<(KeyDigest, long)> gone = [];
            foreach ((KeyDigest key, (_, long forgetAt)) in model)
            {
                if (segment.Find(key) == null) gone.Add((key, forgetAt));
            }

            return gone;
        }

        void Agree()
        {
            foreach ((KeyDigest key, (long expected, _)) in model)
            {
                Slot* slot = segment.Find(key);
                Assert.True(slot != null && slot->Cell.Third == expected);
            }

            for (int k = 0; k < 40; k++)
            {
                KeyDigest digest = Digest((k * 13) + (int)(now % 13), alike);
                if (!model.ContainsKey(digest)) Assert.True(segment.Find(digest) == null);
            }
        }
    }

    /// <summary>Keys of the segment with prefix 0 at depth 4; spread over all of it, or crowded into few groups and tags.</summary>
    private static KeyDigest Digest(int key, bool alike)
    {
        ulong mixed = ((ulong)key + 1) * 0x9E3779B97F4A7C15;
        return alike
            ? new KeyDigest(((ulong)key << 32) | (key % 3 == 0 ? 0xFFFFFFFFU : 0x10000U), ((mixed >> 5) & 0x0FFFFFFFFFFFFF80) | ((ulong)key % 2))
            : new KeyDigest(mixed ^ (mixed >> 29), (mixed * 0xBF58476D1CE4E5B9) >> 4);
    }
}
