using System.Runtime.CompilerServices;

namespace Headgate.Memory;

/// <summary>
/// Mutual exclusion for a few dozen nanoseconds: one compare-and-swap in, one store out. Not reentrant, not fair. The only lock of the
/// memory store, and the only place where its threads meet.
/// </summary>
/// <remarks>
/// Memory ordering: entering is a full fence, leaving a release, so what one holder wrote is what the next one reads.
/// Nothing that can throw, block or call out runs while a gate is held, except an allocation when a segment grows.
/// </remarks>
internal struct SpinGate
{
    private int _held;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _held, 1, 0) != 0) EnterContended();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter() => Interlocked.CompareExchange(ref _held, 1, 0) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _held, 0);

    /// <summary>Reads until the gate looks free before it writes again, so that waiters do not steal the line; yields when the holder must have lost its core.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterContended()
    {
        SpinWait spin = default;
        do
        {
            while (Volatile.Read(ref _held) != 0) spin.SpinOnce(sleep1Threshold: -1);
        }
        while (Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }
}
