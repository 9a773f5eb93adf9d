using Microsoft.Extensions.Logging;

namespace Headgate.Server.Health;

/// <summary>Whether the data folder can be written to. Thread-safe.</summary>
internal sealed partial class DataFolderHealth : IDisposable
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    private readonly Recent<string?>? _folder;

    private readonly ILogger _log;

    public DataFolderHealth(ServeOptions options, TimeProvider clock, ILogger<DataFolderHealth> log)
    {
        _log = log;
        if (options.DataFolder is { } folder) _folder = new Recent<string?>(clock, Age, ct => TryAsync(folder, ct));
    }

    /// <summary>What is wrong, and what to do; null if nothing is, or there is no folder.</summary>
    public ValueTask<string?> FindProblemAsync(CancellationToken ct) => _folder is null ? default : _folder.GetAsync(ct);

    public void Dispose() => _folder?.Dispose();

    private async Task<string?> TryAsync(string folder, CancellationToken ct)
    {
        string file = Path.Combine(folder, $".probe-{Environment.ProcessId}");
        try
        {
            await File.WriteAllBytesAsync(file, "probe"u8.ToArray(), ct).ConfigureAwait(false);
            File.Delete(file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The reason names the folder, and health is told to strangers.
            CannotWrite(_log, e.Message);
            return "The data folder cannot be written to, so no change of the configuration can be kept. The log says why: make room, or give the service the right to write there.";
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The data folder cannot be written to: {Reason}", EventName = "DataFolderNotWritable")]
    private static partial void CannotWrite(ILogger logger, string reason);
}
