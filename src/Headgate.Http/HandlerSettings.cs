namespace Headgate.Http;

/// <summary>Checked options, as they were when the handler was built.</summary>
internal sealed class HandlerSettings
{
    private static readonly Func<double> SharedRandom = Random.Shared.NextDouble;

    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public HandlerSettings(HeadgateHandlerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.PartitionKey, nameof(options.PartitionKey));
        CheckTime(nameof(options.MaxWait), options.MaxWait, "Use TimeSpan.Zero to fail fast.");
        CheckTime(nameof(options.MaxLearnedWait), options.MaxLearnedWait, "Set Learn to false to learn nothing.");
        CheckNumber(nameof(options.Cost), options.Cost, 0, long.MaxValue, "Use 0 for requests that take no permits.");
        CheckNumber(nameof(options.MaxWaiters), options.MaxWaiters, 0, LimiterOptions.MostMaxWaiters, "Use 0 to let none wait.");
        CheckNumber(nameof(options.MaxLearnedKeys), options.MaxLearnedKeys, 1, HeadgateHandlerOptions.MostMaxLearnedKeys, "Set Learn to false to learn nothing.");
        if (!(options.LearnedJitter is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.LearnedJitter,
                $"LearnedJitter is {options.LearnedJitter}; it must be between 0 and 1. Use 0 for none.");
        }

        PartitionKey = options.PartitionKey;
        Cost = options.Cost;
        CostOf = options.CostOf;
        MaxWait = options.MaxWait;
        MaxWaiters = options.MaxWaiters;
        ThrowWhenRefused = options.ThrowWhenRefused;
        Learn = options.Learn && options.MaxLearnedWait > TimeSpan.Zero;
        MaxLearnedWait = options.MaxLearnedWait;
        LearnedJitter = options.LearnedJitter;
        MaxLearnedKeys = options.MaxLearnedKeys;
    }

    public Func<HttpRequestMessage, string> PartitionKey { get; }

    public long Cost { get; }

    public Func<HttpRequestMessage, long>? CostOf { get; }

    public TimeSpan MaxWait { get; }

    public int MaxWaiters { get; }

    public bool ThrowWhenRefused { get; }

    public bool Learn { get; }

    public TimeSpan MaxLearnedWait { get; }

    public double LearnedJitter { get; }

    public int MaxLearnedKeys { get; }

    /// <summary>From 0 to below 1; tests set what comes.</summary>
    public Func<double> NextRandom { get; init; } = SharedRandom;

    private static void CheckTime(string name, TimeSpan value, string remedy)
    {
        if (value < TimeSpan.Zero || value > HeadgateHandlerOptions.MostWait)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be between 0 and {HeadgateHandlerOptions.MostWait}. {remedy}");
    }

    private static void CheckNumber(string name, long value, long least, long most, string remedy)
    {
        if (value < least || value > most) throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be between {least} and {most}. {remedy}");
    }
}
