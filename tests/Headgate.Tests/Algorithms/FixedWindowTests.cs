using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

public class FixedWindowTests
{
    private readonly FixedWindow _limit = new(10, 1_000);

    [Fact]
    public void Admits_up_to_its_permits_in_a_window()
    {
        Verdict first = _limit.Decide(default, 2_300, 10, out FixedWindowState state);
        Assert.True(first.Allowed);
        Assert.Equal(0, first.Remaining);
        Assert.Equal(700, first.ResetAfter);

        Verdict second = _limit.Decide(state, 2_301, 1, out _);
        Assert.False(second.Allowed);
        Assert.Equal(699, second.RetryAfter);
    }
}
