using System.Runtime.CompilerServices;

namespace Headgate.Tests.Admission;

/// <summary>As much of a gate as the stress tests need.</summary>
internal interface ISimpleGate : IDisposable
{
    int Queued { get; }

    /// <summary>Asks to enter. What comes back says null until its turn has come, then how to leave.</summary>
    Func<Action?> Enter(string flow);
}

internal sealed class RealGate(int places) : ISimpleGate
{
    private readonly FairGate _gate = new(new FairGateOptions { MaxConcurrent = places, MaxQueuePerFlow = 1000 }, new Headgate.Conformance.FakeClock());

    public int Queued => _gate.Queued;

    public void Dispose() => _gate.Dispose();

    public Func<Action?> Enter(string flow)
    {
        Task<FairPass> asked = _gate.Ask(flow);
        return () => asked.IsCompleted ? asked.Now().Dispose : null;
    }
}

/// <summary>Wrong on purpose, in one of the ways a gate can be: the scenarios must find out.</summary>
internal sealed class BrokenGate(int places, BrokenGate.Bug bug) : ISimpleGate
{
    private readonly Queue<StrongBox<Action?>> _line = new();
    private int _free = places;

    internal enum Bug
    {
        /// <summary>Looks whether a place is free, and takes it later.</summary>
        TooMany,

        /// <summary>Looks whether a place is free, and lines up later.</summary>
        LostWakeUp,

        /// <summary>A place comes back each time it is given back.</summary>
        DoubleFree,

        /// <summary>Looks whether a place was given back, and notes it later.</summary>
        RacyFree,
    }

    public int Queued
    {
        get
        {
            lock (_line) return _line.Count;
        }
    }

    public void Dispose()
    {
    }

    public Func<Action?> Enter(string flow)
    {
        if (TryTake()) return Passed();
        // Whoever is descheduled here has looked at what is not so any more.
        Thread.Yield();
        StrongBox<Action?> waiter = new();
        lock (_line)
        {
            if (bug != Bug.LostWakeUp && TryTake()) return Passed();
            _line.Enqueue(waiter);
        }

        return () => Volatile.Read(ref waiter.Value);
    }

    private bool TryTake()
    {
        if (bug == Bug.TooMany)
        {
            int free = Volatile.Read(ref _free);
            if (free <= 0) return false;
            Thread.Yield();
            Volatile.Write(ref _free, free - 1);
            return true;
        }

        lock (_line)
        {
            if (_free == 0) return false;
            _free--;
            return true;
        }
    }

    private Func<Action?> Passed()
    {
        Action pass = Pass();
        return () => pass;
    }

    private Action Pass()
    {
        bool isBack = false;
        return () =>
        {
            if (bug != Bug.DoubleFree && Volatile.Read(ref isBack)) return;
            Volatile.Write(ref isBack, true);
            Leave();
        };
    }

    private void Leave()
    {
        lock (_line)
        {
            if (_line.TryDequeue(out StrongBox<Action?>? next)) Volatile.Write(ref next.Value, Pass());
            else _free++;
        }
    }
}
