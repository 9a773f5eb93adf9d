namespace Headgate.Server.Health;

/// <summary>What was found out a moment ago, so that many who ask cause one look. Thread-safe.</summary>
/// <param name="clock">Tells how long ago.</param>
/// <param name="age">How old it may be.</param>
/// <param name="look">Finds out. One at a time.</param>
internal sealed class Recent<T>(TimeProvider clock, TimeSpan age, Func<CancellationToken, Task<T>> look) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Finding? _last;

    public async ValueTask<T> GetAsync(CancellationToken ct)
    {
        if (Fresh is { } fresh) return fresh.Value;
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (Fresh is { } found) return found.Value;
            T value = await look(ct).ConfigureAwait(false);
            Volatile.Write(ref _last, new Finding(value, clock.GetTimestamp()));
            return value;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private Finding? Fresh => Volatile.Read(ref _last) is { } last && clock.GetElapsedTime(last.At) < age ? last : null;

    private sealed record Finding(T Value, long At);
}
