using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.Subjects;

/// <summary>
/// Looks at the key and decides nothing: what the loop and fetching the key cost, which is in every other subject's time too.
/// </summary>
internal readonly struct Idle : IOperation
{
    public const string Name = "the loop alone";

    public static Candidate Candidate { get; } = new(Name, () => new Subject<Idle>(new Idle()));

    public bool Decide(string key) => key[^1] != 0;
}
