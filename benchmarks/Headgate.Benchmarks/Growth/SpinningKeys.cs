using System.Diagnostics;
using Headgate.Benchmarks.Memory;

namespace Headgate.Benchmarks.Growth;

/// <summary>Decides nothing, for a given time: it can only be slow because the machine was busy with something else.</summary>
internal sealed class SpinningKeys(long nanoseconds) : KeyedSubject
{
    private readonly ScratchKey _key = new();
    private readonly long _ticks = nanoseconds * Stopwatch.Frequency / 1_000_000_000;

    public override string KeyOf(long index) => _key.Become(index);

    public override bool Decide(string key)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetTimestamp() - start < _ticks)
        {
        }

        return key.Length > 0;
    }

    public override void Dispose()
    {
    }
}
