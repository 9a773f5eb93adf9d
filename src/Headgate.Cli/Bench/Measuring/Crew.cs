using System.Runtime.ExceptionServices;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>
/// Threads that start each round together. The calling thread is one of them, so a crew of one starts no thread at all.
/// </summary>
internal sealed class Crew : IDisposable
{
    private readonly Barrier _barrier;
    private readonly Thread[] _others;
    private Action<int>? _work;
    private ExceptionDispatchInfo? _failure;

    public Crew(int threads)
    {
        _barrier = new Barrier(threads);
        _others = new Thread[threads - 1];
        for (int i = 0; i < _others.Length; i++)
        {
            int member = i + 1;
            _others[i] = new Thread(() => Serve(member)) { IsBackground = true, Name = $"bench {member}" };
            _others[i].Start();
        }
    }

    /// <summary>Runs <paramref name="work"/> once on every member, at the same time, and waits for all.</summary>
    public void Run(Action<int> work)
    {
        _work = work;
        _barrier.SignalAndWait();
        Do(work, 0);
        _barrier.SignalAndWait();
        _failure?.Throw();
    }

    public void Dispose()
    {
        _work = null;
        _barrier.SignalAndWait();
        foreach (Thread thread in _others) thread.Join();
        _barrier.Dispose();
    }

    private void Serve(int member)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_work is not { } work) return;
            Do(work, member);
            _barrier.SignalAndWait();
        }
    }

    private void Do(Action<int> work, int member)
    {
        try
        {
            work(member);
        }
        catch (Exception exception)
        {
            // Rethrown to the caller once all have reached the barrier; thrown here it would leave the others waiting for ever.
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }
}
