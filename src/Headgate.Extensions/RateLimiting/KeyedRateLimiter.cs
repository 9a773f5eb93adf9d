using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>One key of a limit as a <see cref="RateLimiter"/>. Has no permits of its own: any number of them for one key are one limit.</summary>
internal sealed class KeyedRateLimiter : RateLimiter
{
    private readonly Turnstile<string> _turnstile;
    private readonly string _key;
    private readonly TimeProvider _clock;
    private long _lastUsed;

    public KeyedRateLimiter(Limiter limiter, string key, RateLimiterAdapterOptions options)
    {
        _turnstile = new Turnstile<string>(limiter, options) { HasOneKey = true };
        _key = key;
        _clock = options.TimeProvider ?? limiter.Clock;
        _lastUsed = _clock.GetTimestamp();
    }

    /// <summary>Since the last call, and null while somebody waits or holds permits. The state is the store's, and needs nobody to keep it.</summary>
    public override TimeSpan? IdleDuration => _turnstile.Busy != 0 ? null : _clock.GetElapsedTime(Volatile.Read(ref _lastUsed));

    public override RateLimiterStatistics? GetStatistics() => _turnstile.Statistics(_key);

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        Volatile.Write(ref _lastUsed, _clock.GetTimestamp());
        return _turnstile.Attempt(_key, _key, permitCount);
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _lastUsed, _clock.GetTimestamp());
        return _turnstile.AcquireAsync(_key, _key, permitCount, cancellationToken);
    }

    /// <summary>Who waits is refused. Later asks are still answered: ASP.NET Core disposes idle limiters while a request may be on its way to one.</summary>
    protected override void Dispose(bool disposing)
    {
        // Also where disposing is false, which DisposeAsync says: there is no finalizer.
        _turnstile.Dispose();
        base.Dispose(disposing);
    }
}
