using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Headgate.Memory;

namespace Headgate.Tests.Memory;

/// <summary>Both hashes, the one for machines with AES instructions and the one for the others: what every key must be able to rely on.</summary>
public class KeyHashTests
{
    private static readonly KeyHash Hash = KeyHash.Draw();
    private static readonly KeyDigest Domain = Hash.Compute("domain", default);
    private static readonly (ulong, ulong) SipKey = (0x0123456789ABCDEF, 0xFEDCBA9876543210);

    public static TheoryData<string> Hashes => ["this machine's", "siphash"];

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Every_length_and_every_change_of_one_character_is_another_digest(string hash)
    {
        Func<string, KeyDigest> of = Of(hash);
        HashSet<KeyDigest> seen = [];
        int made = 0;
        foreach (int length in Enumerable.Range(0, 201).Concat([511, 512, 513, 514, 519, 520, 521, 1023, 1024, 1025, 1536, 1537, 2000]))
        {
            char[] text = [.. Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26)))];
            Add(new string(text));
            for (int i = 0; i < length; i++)
            {
                char was = text[i];
                foreach (char other in "A\0\uFFFF")
                {
                    text[i] = other;
                    Add(new string(text));
                }

                text[i] = was;
            }
        }

        Assert.Equal(made, seen.Count);

        void Add(string text)
        {
            made++;
            seen.Add(of(text));
        }
    }

    /// <summary>Texts that padding, overlapping reads, swapped blocks or lost lengths would confuse.</summary>
    [Theory]
    [MemberData(nameof(Hashes))]
    public void Nasty_neighbours_have_digests_of_their_own(string hash)
    {
        Func<string, KeyDigest> of = Of(hash);
        HashSet<string> texts = [];
        for (int length = 0; length <= 1100; length += length < 80 ? 1 : 17)
        {
            texts.Add(new string('\0', length));
            texts.Add(new string('a', length));
            texts.Add(new string('a', length) + "\0");
            texts.Add("\0" + new string('a', length));
            texts.Add(string.Concat(Enumerable.Range(0, length).Select(i => (char)('0' + (i / 8 % 10)))));
            texts.Add(string.Concat(Enumerable.Range(0, length).Select(i => (char)('0' + (9 - (i / 8 % 10))))));
        }

        string block1 = "AAAAAAAA", block2 = "BBBBBBBB";
        texts.UnionWith([block1 + block2, block2 + block1, block1 + block1, block2 + block2, block1 + block2 + block1, block1 + block1 + block2]);
        string run1 = new('x', 512), run2 = new('y', 512);
        texts.UnionWith([run1 + run2, run2 + run1, run1 + run1, run1 + run2 + "z", run1 + "z" + run2, run2 + run1 + "z"]);
        texts.UnionWith(["a:b", "a;b", "ab:", ":ab", "a::b", "a", "A", "ａ", "é", "e\u0301", "\uD83D\uDE00", "\uD83D", "\uDE00"]);

        Assert.Equal(texts.Count, texts.Select(of).Distinct().Count());
    }

    [Fact]
    public void A_million_keys_do_not_collide_and_fill_segments_and_tags_evenly()
    {
        const int Keys = 1_000_000;
        HashSet<KeyDigest> seen = new(Keys);
        int[] bySegment = new int[256], byTag = new int[128], byPlace = new int[256];
        for (int i = 0; i < Keys; i++)
        {
            KeyDigest digest = Hash.Compute(i.ToString(CultureInfo.InvariantCulture), Domain);
            Assert.True(seen.Add(digest));
            bySegment[digest.High >> 56]++;
            byTag[digest.Tag & 0x7F]++;
            byPlace[(uint)digest.Low >> 24]++;
        }

        // Six standard deviations: a chance of one in 500 million for each.
        foreach (int[] counts in new[] { bySegment, byTag, byPlace })
        {
            double mean = (double)Keys / counts.Length;
            Assert.All(counts, count => Assert.InRange(count, mean - (6 * Math.Sqrt(mean)), mean + (6 * Math.Sqrt(mean))));
        }
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void A_changed_bit_of_the_key_changes_half_of_the_digest(string hash)
    {
        Func<string, KeyDigest> of = Of(hash);
        foreach (int length in new[] { 1, 3, 5, 8, 12, 16, 32, 600 })
        {
            long flipped = 0, trials = 0;
            for (int sample = 0; sample < 64; sample++)
            {
                string text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + ((i * 7) + sample) % 26)));
                KeyDigest digest = of(text);
                for (int bit = 0; bit < 7; bit++)
                {
                    int at = (sample * 31) % length;
                    KeyDigest other = of(string.Concat(text.AsSpan(0, at), ((char)(text[at] ^ (1 << bit))).ToString(), text.AsSpan(at + 1)));
                    flipped += BitOperations.PopCount(digest.Low ^ other.Low) + BitOperations.PopCount(digest.High ^ other.High);
                    trials++;
                }
            }

            Assert.InRange((double)flipped / trials, 60, 68);
        }
    }

    [Fact]
    public void The_domain_is_part_of_the_key()
    {
        HashSet<KeyDigest> seen = [];
        for (int d = 0; d < 200; d++)
        {
            KeyDigest domain = Hash.Compute($"{d}", default);
            foreach (string key in new[] { "", "a", "12345678", "123456789", new string('k', 600) }) Assert.True(seen.Add(Hash.Compute(key, domain)));
        }

        Assert.NotEqual(Hash.Compute("", Domain), Hash.Compute("", Domain with { High = Domain.High ^ 1 }));
        Assert.NotEqual(Hash.Compute("", Domain), Hash.Compute("", Domain with { Low = Domain.Low ^ 2 }));
    }

    [Fact]
    public void The_same_key_has_the_same_digest()
    {
        foreach (int length in Enumerable.Range(0, 40).Concat([512, 513, 1200]))
            Assert.Equal(Hash.Compute(new string('q', length), Domain), Hash.Compute(new string('q', length), Domain));
    }

    private static Func<string, KeyDigest> Of(string hash) => hash == "siphash"
        ? text => SipHash.Compute(SipKey, Domain, MemoryMarshal.AsBytes(text.AsSpan()))
        : text => Hash.Compute(text, Domain);
}
