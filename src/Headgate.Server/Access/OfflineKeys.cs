using Headgate.Server.Changes;

namespace Headgate.Server.Access;

/// <summary>The keys of a service that does not run, from its data folder or its Redis: for the command that makes the first one.</summary>
internal sealed class OfflineKeys : IAsyncDisposable
{
    private readonly ConfigBook _book;

    private OfflineKeys(ConfigBook book, TimeProvider clock, string who)
    {
        _book = book;
        Changes = new KeyChanges((what, plan, ct) => book.ChangeAsync(who, Printable.Of(what), plan, ct), clock);
    }

    /// <summary>Makes, rotates and deletes. What is wrong is a <see cref="RequestRefusal"/>, whose message is for people.</summary>
    public KeyChanges Changes { get; }

    /// <summary>The keys, oldest first.</summary>
    public IReadOnlyList<AccessKey> All => [.. _book.Current.Keys.Values.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)];

    /// <summary>Reads what is kept.</summary>
    /// <param name="log">Where it is kept: disposed with the result.</param>
    /// <param name="clock">Says when a key was made.</param>
    /// <param name="who">Who asks, for the history: <c>headgate keys (root)</c>.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ConfigUnavailableException">It cannot be read, or a running service has it.</exception>
    public static async Task<OfflineKeys> OpenAsync(IConfigLog log, TimeProvider clock, string who, CancellationToken ct)
    {
        ConfigBook book = new(log, clock);
        try
        {
            await book.StartAsync(ct).ConfigureAwait(false);
            return new OfflineKeys(book, clock, Printable.Of(who));
        }
        catch
        {
            await book.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _book.DisposeAsync();
}
