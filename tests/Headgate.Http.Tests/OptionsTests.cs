namespace Headgate.Http.Tests;

public class OptionsTests
{
    public static TheoryData<string, Action<HeadgateHandlerOptions>> Wrong => new()
    {
        { "MaxWait is -00:00:00.0010000; it must be between 0 and 1.00:00:00. Use TimeSpan.Zero to fail fast.", o => o.MaxWait = Timeout.InfiniteTimeSpan },
        { "MaxWait is 1.00:00:01;", o => o.MaxWait = TimeSpan.FromSeconds(86_401) },
        { "MaxLearnedWait is -00:00:01;", o => o.MaxLearnedWait = TimeSpan.FromSeconds(-1) },
        { "Cost is -1;", o => o.Cost = -1 },
        { "MaxWaiters is 1000001;", o => o.MaxWaiters = 1_000_001 },
        { "MaxLearnedKeys is 0;", o => o.MaxLearnedKeys = 0 },
        { "LearnedJitter is NaN;", o => o.LearnedJitter = double.NaN },
        { "LearnedJitter is 1.1;", o => o.LearnedJitter = 1.1 },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_value_outside_its_domain_is_named(string message, Action<HeadgateHandlerOptions> set)
    {
        HeadgateHandlerOptions options = new();
        set(options);
        Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => new HandlerSettings(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_and_the_bounds_are_valid()
    {
        HandlerSettings defaults = new(new HeadgateHandlerOptions());
        Assert.Equal(TimeSpan.FromSeconds(30), defaults.MaxWait);
        Assert.True(defaults.Learn);
        _ = new HandlerSettings(new HeadgateHandlerOptions
        {
            MaxWait = TimeSpan.FromDays(1),
            MaxLearnedWait = TimeSpan.FromDays(1),
            Cost = long.MaxValue,
            MaxWaiters = 1_000_000,
            MaxLearnedKeys = 1_000_000,
            LearnedJitter = 1,
        });
    }
}
