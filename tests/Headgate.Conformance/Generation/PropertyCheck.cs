using FsCheck;
using FsCheck.Fluent;

namespace Headgate.Conformance.Generation;

/// <summary>Checks a property on generated values: the same ones on every run, so that a failure is never news of another day.</summary>
/// <remarks>
/// Set <c>HEADGATE_SEED</c> to a number to look elsewhere, and <c>HEADGATE_EFFORT</c> to a percentage to try more values or fewer; a failed
/// run prints its shrunk value.
/// </remarks>
public static class PropertyCheck
{
    private const ulong DefaultSeed = 20260101;

    private static readonly int Effort =
        int.TryParse(Environment.GetEnvironmentVariable("HEADGATE_EFFORT"), out int percent) && percent > 0 ? percent : 100;

    private static readonly ulong Seed =
        ulong.TryParse(Environment.GetEnvironmentVariable("HEADGATE_SEED"), out ulong seed) ? seed : DefaultSeed;

    /// <summary>The property holds when <paramref name="body"/> does not throw.</summary>
    public static void ForAll<T>(Arbitrary<T> values, Action<T> body, int tests = 100) =>
        Prop.ForAll(values, body).Check(Configuration(tests));

    /// <summary>The property holds when <paramref name="body"/> does not fail.</summary>
    public static void ForAll<T>(Arbitrary<T> values, Func<T, Task> body, int tests = 100) =>
        Prop.ForAll(values, body).Check(Configuration(tests));

    private static Config Configuration(int tests) =>
        Config.QuickThrowOnFailure.WithMaxTest(Math.Max(1, tests * Effort / 100)).WithQuietOnSuccess(true).WithEndSize(60).WithReplay(Seed, 1);
}
