namespace Headgate.Redis.Resilience;

/// <summary>
/// A circuit breaker: once Redis does not answer, callers are not kept waiting for it any more, and somebody else keeps asking whether it is
/// back. It opens when a caller's time was over and nothing at all had come back since he asked, or when the connection is gone; one answer
/// to a probe closes it.
/// </summary>
/// <remarks>Opening in error costs little, for the first probe leaves at once. Thread-safe; <see cref="IsOpen"/> is one read.</remarks>
internal sealed class Breaker(Action<Breaker> opened)
{
    private int _open;
    private long _lastAnswer = long.MinValue;

    public bool IsOpen => Volatile.Read(ref _open) != 0;

    /// <summary>Redis said something, whatever it was.</summary>
    public void Heard(long now) => Volatile.Write(ref _lastAnswer, now);

    /// <summary>A caller who came at <paramref name="since"/> got no answer in time. Where others did meanwhile, Redis is slow rather than gone.</summary>
    public void TimedOut(long since)
    {
        if (Volatile.Read(ref _lastAnswer) < since) Open();
    }

    public void Open()
    {
        if (Interlocked.Exchange(ref _open, 1) == 0) opened(this);
    }

    /// <summary>False if it was closed.</summary>
    public bool Close() => Interlocked.Exchange(ref _open, 0) != 0;
}
