namespace Headgate.Conformance;

/// <summary>What a store's tests can do to its clock.</summary>
[Flags]
public enum ClockControl
{
    /// <summary>Nothing: it runs by itself.</summary>
    None = 0,

    /// <summary>Set it forward, to the microsecond.</summary>
    Forward = 1,

    /// <summary>Set it back.</summary>
    Backward = 2,

    /// <summary>Both.</summary>
    Full = Forward | Backward,
}

/// <summary>A new, empty store and its clock, for one test.</summary>
/// <param name="store">The store; disposed with this if it can be.</param>
/// <param name="setMicros">Sets the store's clock to microseconds since 1970; null if it cannot be set.</param>
/// <param name="clock">What <paramref name="setMicros"/> can do.</param>
public sealed class StoreUnderTest(IRateLimitStore store, Action<long>? setMicros = null, ClockControl clock = ClockControl.None)
    : IAsyncDisposable
{
    public IRateLimitStore Store => store;

    public ClockControl Clock => setMicros is null ? ClockControl.None : clock;

    /// <summary>Sets the store's clock.</summary>
    public void SetTime(long micros)
    {
        if (setMicros is null) throw new InvalidOperationException("This store's clock cannot be set: ask Clock first.");
        setMicros(micros);
    }

    public async ValueTask DisposeAsync()
    {
        if (store is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
        else (store as IDisposable)?.Dispose();
    }
}
