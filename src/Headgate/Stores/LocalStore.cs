namespace Headgate;

/// <summary>
/// Where <see cref="FailureMode.Local"/> counts while a store is away: a store in memory, made when it is first needed. Whoever is to count
/// together shares one.
/// </summary>
internal sealed class LocalStore(TimeProvider clock)
{
    private readonly Lazy<MemoryStore> _store = new(() => new MemoryStore(clock));

    public MemoryStore Value => _store.Value;
}
