using Headgate.AspNetCore.Observability;
using Headgate.Conformance;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Observability;

public sealed class StoreOutageTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly LogRecorder _log = new();
    private readonly StoreOutage _outage;

    public StoreOutageTests() => _outage = new StoreOutage(_log, _clock);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_store_that_answers_is_not_worth_a_line()
    {
        _outage.Saw("api", Given.Allowed);
        _outage.Saw("api", Given.DenyCache);
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(nameof(Given.FailOpen), "open")]
    [InlineData(nameof(Given.FailClosed), "closed")]
    [InlineData(nameof(Given.FailLocal), "local")]
    public void An_outage_is_one_line_when_it_begins(string kind, string mode)
    {
        for (int i = 0; i < 1_000; i++) _outage.Saw("api", Given.Of(kind));
        LogRecorder.Line line = Assert.Single(_log.Lines);
        Assert.Equal((8, "StoreOutageBegan", LogLevel.Warning), (line.Event.Id, line.Event.Name, line.Level));
        Assert.Equal($"The store does not answer; requests are decided by the failure mode ({mode}) of their policies, first of api.", line.Text);
    }

    [Fact]
    public void And_one_line_when_it_has_been_over_for_ten_seconds()
    {
        _outage.Saw("api", Given.FailOpen);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _outage.Saw("api", Given.FailClosed);
        _outage.Saw("api", Given.FailLocal);
        _outage.Saw("api", Given.FailLocal);
        _clock.Advance(StoreOutage.Quiet - TimeSpan.FromMicroseconds(1));
        _outage.Saw("api", Given.Allowed);
        Assert.Single(_log.Lines);

        _clock.AdvanceMicros(1);
        _outage.Saw("api", Given.Allowed);
        _outage.Saw("api", Given.Allowed);
        LogRecorder.Line line = Assert.Single(_log.Lines.Skip(1));
        Assert.Equal((9, "StoreOutageEnded", LogLevel.Information), (line.Event.Id, line.Event.Name, line.Level));
        Assert.Equal("The store answers again, after 30.0 s. Without it 1 requests were let through, 1 refused and 2 decided by a local limit.", line.Text);
    }

    [Fact]
    public void A_store_that_answers_now_and_then_is_one_outage()
    {
        for (int i = 0; i < 100; i++)
        {
            _outage.Saw("api", Given.FailOpen);
            _clock.Advance(TimeSpan.FromSeconds(5));
            _outage.Saw("api", Given.Allowed);
        }

        Assert.Single(_log.Lines);
    }

    [Fact]
    public void The_next_outage_has_lines_of_its_own()
    {
        for (int i = 0; i < 3; i++)
        {
            _outage.Saw("api", Given.FailOpen);
            _clock.Advance(StoreOutage.Quiet);
            _outage.Saw("api", Given.Allowed);
        }

        Assert.Equal([8, 9, 8, 9, 8, 9], _log.Lines.Select(line => line.Event.Id));
    }
}
