using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.Subjects;

/// <summary>Headgate as its users use it: one limiter, one call.</summary>
internal readonly struct Acquire(Limiter limiter) : IOperation
{
    private readonly Limiter _limiter = limiter;

    public bool Decide(string key) => _limiter.Acquire(key).IsAllowed;

    public static Candidate Candidate(string name, Limit limit, Expectation expectation = Expectation.Admitted) => new(name, () =>
    {
        MemoryStore store = new();
        return new Subject<Acquire>(new Acquire(new Limiter(limit, store)), store);
    })
    {
        Expectation = expectation,
    };
}

/// <summary>One decision over a list of charges, through the seam that every store has.</summary>
internal readonly struct AcquireList(IRateLimitStore store, ReadOnlyMemory<Charge> charges) : IOperation
{
    private readonly IRateLimitStore _store = store;
    private readonly ReadOnlyMemory<Charge> _charges = charges;

    /// <summary>The list is fixed, so the key that is passed does not matter.</summary>
    public bool Decide(string key) => Answer.Now(_store.AcquireAsync(_charges)).IsAllowed;

    public static Candidate Candidate(string name, params Charge[] charges) => new(name, () =>
    {
        MemoryStore store = new();
        return new Subject<AcquireList>(new AcquireList(store, charges), store);
    });
}

/// <summary>A concurrency limit taken and given back, under a lease chosen by the caller so that no object is made.</summary>
internal readonly struct EnterAndRelease(IRateLimitStore store, ReadOnlyMemory<Charge> charges) : IOperation
{
    private readonly IRateLimitStore _store = store;
    private readonly ReadOnlyMemory<Charge> _charges = charges;
    private readonly LeaseId _lease = LeaseId.Create();

    public bool Decide(string key) =>
        Answer.Now(_store.EnterAsync(_charges, _lease)).IsAllowed && Answer.Now(_store.ReleaseAsync(_charges, _lease));

    public static Candidate Candidate(string name, params Charge[] charges) => new(name, () =>
    {
        MemoryStore store = new();
        return new Subject<EnterAndRelease>(new EnterAndRelease(store, charges), store);
    })
    {
        CallsPerDecide = 2,
    };
}

/// <summary>A concurrency limit as its users use it: a lease that is taken and disposed, two calls as one.</summary>
internal readonly struct EnterAndLeave(Limiter limiter) : IOperation
{
    private readonly Limiter _limiter = limiter;

    public bool Decide(string key)
    {
        ConcurrencyLease lease = Answer.Now(_limiter.EnterAsync(key));
        bool isAcquired = lease.IsAcquired;
        Answer.Demand(lease.DisposeAsync());
        return isAcquired;
    }

    public static Candidate Candidate(string name, Limit limit) => new(name, () =>
    {
        MemoryStore store = new();
        return new Subject<EnterAndLeave>(new EnterAndLeave(new Limiter(limit, store)), store);
    });
}

/// <summary>Reads an answer of the memory store, which is always there at once.</summary>
internal static class Answer
{
    public static T Now<T>(ValueTask<T> answer) =>
        answer.IsCompletedSuccessfully ? answer.Result : throw Late();

    public static void Demand(ValueTask answer)
    {
        if (!answer.IsCompletedSuccessfully) throw Late();
    }

    private static InvalidOperationException Late() => new("The store did not answer at once.");
}
