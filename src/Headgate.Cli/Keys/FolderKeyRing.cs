using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Headgate.Server;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Cli.Keys;

/// <summary>The keys in the folder of a service that does not run.</summary>
internal sealed class FolderKeyRing : IKeyRing
{
    private const string Who = "headgate keys";

    private readonly FileConfigLog _log;
    private readonly ConfigBook _book;
    private readonly KeyChanges _changes;

    private FolderKeyRing(string folder, TimeProvider clock)
    {
        _log = new FileConfigLog(Path.Combine(folder, ConfigServices.Folder), clock, NullLogger<FileConfigLog>.Instance);
        _book = new ConfigBook(_log, clock);
        _changes = new KeyChanges((what, plan, ct) => _book.ChangeAsync(Who, what, plan, ct), clock);
    }

    public static async Task<FolderKeyRing> OpenAsync(string folder, TimeProvider clock, CancellationToken ct)
    {
        FolderKeyRing keys = new(folder, clock);
        await TryAsync(() => keys._book.StartAsync(ct)).ConfigureAwait(false);
        return keys;
    }

    public async Task<JsonDocument> CreateAsync(string name, string role, string? tenant, TimeSpan? lifetime, CancellationToken ct)
    {
        NewKey wanted = new(name, Enum.Parse<KeyRole>(role, ignoreCase: true), tenant, lifetime);
        (AccessKey key, string secret) = await TryAsync(() => _changes.CreateAsync(wanted, ct)).ConfigureAwait(false);
        return Json(key, secret);
    }

    public async IAsyncEnumerable<JsonElement> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach ((_, AccessKey key) in _book.Current.Keys.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            using JsonDocument json = Json(key, null);
            yield return json.RootElement;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    public async Task<JsonDocument> RotateAsync(string id, TimeSpan grace, CancellationToken ct)
    {
        (AccessKey key, string secret) = await TryAsync(() => _changes.RotateAsync(id, grace, null, ct)).ConfigureAwait(false);
        return Json(key, secret);
    }

    public Task RevokeAsync(string id, CancellationToken ct) => TryAsync(async () =>
    {
        await _changes.DeleteAsync(id, null, ct).ConfigureAwait(false);
        return true;
    });

    public async ValueTask DisposeAsync() => await _book.DisposeAsync().ConfigureAwait(false);

    private static JsonDocument Json(AccessKey key, string? secret)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes)) KeyAnswer.Write(json, key, secret);
        return JsonDocument.Parse(bytes.WrittenSpan.ToArray());
    }

    private static async Task<T> TryAsync<T>(Func<Task<T>> step)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (ConfigUnavailableException unavailable)
        {
            throw CommandException.Failed($"{PlainText.Clean(unavailable.Message, 600)} If a service runs on this folder, name it with --url instead of --data.");
        }
        catch (RequestRefusal refusal)
        {
            throw refusal.Status == 400 ? CommandException.WrongUsage(PlainText.Clean(refusal.Message, 600)) : CommandException.Failed(PlainText.Clean(refusal.Message, 600));
        }
    }
}
