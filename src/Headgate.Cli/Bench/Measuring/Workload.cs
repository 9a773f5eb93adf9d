using System.Numerics;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>
/// Which keys are asked for, in which order, by how many threads. Made before anything is timed, and the same for every subject.
/// </summary>
internal sealed class Workload
{
    /// <summary>Decisions between two looks at the clock: the clock costs less than 0.3 % of the fastest round.</summary>
    public const int Chunk = 512;

    private const int MaxOrder = 1 << 22;
    private const int Seed = 20_240_229;

    private Workload(string[] keys, int[] order, int threads)
    {
        Keys = keys;
        Order = order;
        Threads = threads;
        Everyone = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++) Everyone[i] = i;
    }

    public string[] Keys { get; }

    /// <summary>Indexes into <see cref="Keys"/>; its length is a power of two and a multiple of <see cref="Chunk"/>.</summary>
    public int[] Order { get; }

    /// <summary>Every key once, to fill a fresh subject.</summary>
    public int[] Everyone { get; }

    public int Threads { get; }

    /// <summary>One key, over and over.</summary>
    public static Workload Hot(int threads) => new([KeyText.Create(0)], new int[Chunk * 2], threads);

    /// <summary>
    /// Keys drawn at random, each as likely as another. Four draws a key, up to 4,194,304, then again from the start.
    /// </summary>
    public static Workload Random(int keys, int threads)
    {
        string[] texts = new string[keys];
        for (int i = 0; i < keys; i++) texts[i] = KeyText.Create(i);
        long draws = Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)keys * 4), Chunk * 2, MaxOrder);
        int[] order = new int[draws];
        Random random = new(Seed);
        for (int i = 0; i < order.Length; i++) order[i] = random.Next(keys);
        return new Workload(texts, order, threads);
    }

    /// <summary>The same with few keys: for warming up code, where the number of keys does not matter.</summary>
    public Workload Small() => Keys.Length == 1 ? this : Random(Math.Min(Keys.Length, 10_000), Threads);
}
