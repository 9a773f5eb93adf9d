using Bug = Headgate.Tests.Admission.BrokenGate.Bug;

namespace Headgate.Tests.Admission;

/// <summary>Many threads at one gate. Each scenario first finds a planted bug, and only then is its silence worth something.</summary>
public class StressTests
{
    [Fact]
    public async Task Between_phases_as_many_are_inside_as_there_are_places_for()
    {
        foreach (Bug bug in (Bug[])[Bug.TooMany, Bug.LostWakeUp]) await MustFire(seed => GateScenarios.Crowd(new BrokenGate(2, bug), 2, seed));
        for (int seed = 0; seed < 100; seed++) Assert.Null(await GateScenarios.Crowd(new RealGate(1 + (seed % 3)), 1 + (seed % 3), seed));
    }

    [Fact]
    public async Task In_a_rush_nobody_is_left_waiting_and_never_are_too_many_inside()
    {
        foreach (Bug bug in (Bug[])[Bug.TooMany, Bug.LostWakeUp]) await MustFire(_ => GateRush.Rush(new BrokenGate(1, bug), 1, 3, 300));
        for (int places = 1; places <= 3; places++)
        {
            for (int threads = 2; threads <= 4; threads++) Assert.Null(await GateRush.Rush(new RealGate(places), places, threads, 20_000));
        }
    }

    [Fact]
    public async Task A_place_that_several_give_back_at_the_same_time_comes_back_once()
    {
        await MustFire(seed => GateScenarios.Crowd(new BrokenGate(2, Bug.DoubleFree), 2, seed, allGiveBack: true));
        for (int seed = 0; seed < 100; seed++) Assert.Null(await GateScenarios.Crowd(new RealGate(2), 2, seed, allGiveBack: true));
        await MustFire(_ => GateRush.Twins(new BrokenGate(1, Bug.DoubleFree), 10));
        await MustFire(_ => GateRush.Twins(new BrokenGate(1, Bug.RacyFree), 2_000));
        Assert.Null(await GateRush.Twins(new RealGate(1), 20_000));
    }

    [Fact]
    public async Task Cancellations_time_outs_and_new_bounds_at_any_moment_leak_nothing()
    {
        for (int seed = 0; seed < 60; seed++) Assert.Null(await GateScenarios.Turmoil(seed));
    }

    private static async Task MustFire(Func<int, Task<string?>> scenario)
    {
        const int Attempts = 2000;
        for (int seed = 0; seed < Attempts; seed++)
        {
            if (await scenario(seed) is not null) return;
        }

        Assert.Fail($"Inconclusive: the planted bug was not seen in {Attempts} runs.");
    }
}
