using System.Runtime.CompilerServices;

namespace Headgate.Memory;

/// <summary>
/// Mutual exclusion for a few dozen nanoseconds: one compare-and-swap in, one store out. Not reentrant, not fair. The only lock of the
/// memory store, and the only place where its threads meet.
/// </summary>
/// <remarks>
/// Memory ordering: entering is a full fence, leaving a release, so what one holder wrote is what the next one reads.
/// Nothing that blocks runs while a gate is held. What may throw there (an allocation when something grows, the clock that a list reads)
/// is caught by who holds it. An injected clock must not call back into the store.
/// </remarks>
internal struct SpinGate
{
    /// <summary>Normalized spins of the first and the last pause: about 1 and 8 microseconds.</summary>
    private const int FirstPause = 32, LastPause = 256;

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

    /// <summary>
    /// Backs off twice as long each time before it looks again: a holder that comes back at once then works on lines it still has, and
    /// two threads on one key get more done than by handing the lines to and fro. Yields once the holder must have lost its core.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterContended()
    {
        int pause = FirstPause;
        do
        {
            do
            {
                if (pause <= LastPause)
                {
                    Thread.SpinWait(pause);
                    pause *= 2;
                }
                else
                {
                    Thread.Yield();
                }
            }
            while (Volatile.Read(ref _held) != 0);
        }
        while (Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }
}
