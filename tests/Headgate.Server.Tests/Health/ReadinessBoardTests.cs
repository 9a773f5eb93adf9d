using Headgate.Server.Health;

namespace Headgate.Server.Tests.Health;

public sealed class ReadinessBoardTests
{
    [Fact]
    public void Is_not_ready_before_the_service_has_started_nor_while_a_part_has_a_problem()
    {
        ReadinessBoard board = new();
        Assert.False(board.IsReady);
        board.Set(ReadinessBoard.Service, null);
        Assert.True(board.IsReady);

        board.Set("data", "no room");
        board.Set("data", "no room at all");
        Assert.False(board.IsReady);
        Assert.Equal(new("data", "no room at all"), Assert.Single(board.Problems));
        board.Set("data", null);
        Assert.True(board.IsReady);
    }

    [Fact]
    public void A_warning_keeps_nobody_and_can_be_taken_back()
    {
        ReadinessBoard board = new();
        board.Set(ReadinessBoard.Service, null);
        board.Warn("configuration", "a damaged file");
        board.Warn("another", "x");
        Assert.True(board.IsReady);
        Assert.Equal(["another", "configuration"], board.Warnings.Select(w => w.Key));
        board.Warn("configuration", null);
        Assert.Equal("another", Assert.Single(board.Warnings).Key);
    }
}
