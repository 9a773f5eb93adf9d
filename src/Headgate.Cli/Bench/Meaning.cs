using System.Globalization;
using Headgate.Cli.Bench.OnRedis;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Cli.Bench;

/// <summary>Three sentences that say what the numbers mean, made from the numbers.</summary>
internal static class Meaning
{
    public static IReadOnlyList<string> Of(IReadOnlyList<ComparisonGroup> groups)
    {
        ComparisonGroup[] memory = [.. groups.Where(group => group.Where == ComparisonGroup.Memory)];
        ComparisonGroup[] redis = [.. groups.Where(group => group.Where == ComparisonGroup.Redis)];
        string inMemory = InMemory(memory[0]);
        return redis.Length == 0
            ? [inMemory, Slowest(memory[0]), memory.Length > 1 ? Threads(memory) : Tail(memory[0])]
            : [inMemory, Alone(redis[0], memory[0]), Together(redis)];
    }

    private static string InMemory(ComparisonGroup one)
    {
        ComparisonRow limit = one.Rows[0];
        ComparisonRow framework = one.Row(Framework.Name)!;
        return Text($"In memory a decision of the {limit.Subject} takes {Figures.Time(limit.MeanNanoseconds)} over {Titles.Keys(one.Keys)}, {Compare(limit.Ratio!.Value)} the framework's limiter with its {Figures.Time(framework.MeanNanoseconds)}, so one thread takes {Figures.Rate(limit.CallsPerSecond)} a second.");
    }

    /// <summary>Without a Redis: what the choice of a limit costs.</summary>
    private static string Slowest(ComparisonGroup one)
    {
        ComparisonRow[] limits = [.. one.Rows.Where(row => row.Subject != Framework.Name).OrderBy(row => row.MeanNanoseconds)];
        ComparisonRow quick = limits[0], slow = limits[^1];
        if (limits.Length == 1) return Text($"Half of its calls took at most {Figures.Time(slow.P50Nanoseconds)}.");
        double ratio = slow.MeanNanoseconds / quick.MeanNanoseconds;
        return ratio < 1.1
            ? Text($"The limits measured are equally fast, within {ratio - 1:0 %}, so speed is no reason to choose between them.")
            : Text($"The quickest of them is the {quick.Subject}; the slowest, the {slow.Subject}, takes {Figures.Ratio(ratio)} times as long, {Figures.Time(slow.MeanNanoseconds - quick.MeanNanoseconds)} more.");
    }

    private static string Threads(ComparisonGroup[] memory)
    {
        ComparisonRow one = memory[0].Rows[0], many = memory[1].Rows[0], hot = memory[2].Rows[0];
        return Text($"{memory[1].Callers} threads together take {Figures.Ratio(many.CallsPerSecond / one.CallsPerSecond)} times as many decisions a second as one, {Figures.Rate(many.CallsPerSecond)}, and {Figures.Rate(hot.CallsPerSecond)} when all of them ask for one key.");
    }

    private static string Tail(ComparisonGroup one)
    {
        ComparisonRow limit = one.Rows[0];
        return Text($"99 of 100 of its calls took at most {Figures.Time(limit.P99Nanoseconds)}, {Figures.Ratio(limit.P99Nanoseconds / limit.P50Nanoseconds)} times the median.");
    }

    private static string Alone(ComparisonGroup alone, ComparisonGroup memory)
    {
        ComparisonRow limit = alone.Rows[0];
        ComparisonRow ping = alone.Row(RedisComparison.Ping)!;
        double ratio = limit.Ratio!.Value;
        string why = ratio <= 1.15 ? "the way there and back is all that it waits for"
            : ratio <= 1.5 ? "most of it is the way there and back"
            : Text($"deciding adds {Figures.Time(limit.P50Nanoseconds - ping.P50Nanoseconds)} to the way there and back");
        return Text($"On Redis a caller by itself waits {Figures.Time(limit.P50Nanoseconds)} for a decision that every process shares, {Figures.Ratio(ratio)} times a PING through the same client, so {why}; in memory it is {Times(limit.MeanNanoseconds / memory.Rows[0].MeanNanoseconds)} quicker, where no other process needs to know.");
    }

    private static string Together(ComparisonGroup[] redis)
    {
        ComparisonGroup many = redis[1], hot = redis[2];
        ComparisonRow limit = many.Rows[0], same = hot.Rows[0];
        string beside = many.Row(RedisComparison.YardstickRow) is { } yardstick
            ? Text($", {Figures.Ratio(limit.CallsPerSecond / yardstick.CallsPerSecond)} times what redis-benchmark gets out of the same Redis with a call for each decision")
            : "";
        double gain = same.CallsPerSecond / limit.CallsPerSecond;
        string why = gain >= 1.5 ? "because charges that wait for one key travel as one"
            : gain >= 0.9 ? "so one hot key costs nothing extra"
            : "so one hot key is slower than many";
        return Text($"{many.Callers} callers together get {Figures.Rate(limit.CallsPerSecond)} decisions a second over {Titles.Keys(many.Keys)}{beside}, and {Figures.Rate(same.CallsPerSecond)} on one hot key, {why}.");
    }

    private static string Compare(double ratio) =>
        ratio > 1.05 ? Text($"{Figures.Ratio(ratio)} times as long as")
        : ratio >= 0.95 ? "as long as"
        : Text($"{Figures.Ratio(ratio)} of the time of");

    private static string Times(double factor) => Text($"{Math.Round(factor, factor < 10 ? 1 : 0):#,0.#} times");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
