namespace Headgate.Cli.Tests;

/// <summary>A folder that is gone when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    public string Path { get; } = Directory.CreateTempSubdirectory("headgate-test-").FullName;

    /// <summary>Takes from all in it the right to be written, until the end.</summary>
    public void MakeReadOnly() => SetModes(Readable);

    public void Dispose()
    {
        SetModes(Readable | UnixFileMode.UserWrite);
        Directory.Delete(Path, recursive: true);
    }

    private void SetModes(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(Path, mode);
        foreach (string entry in Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)) File.SetUnixFileMode(entry, mode);
    }
}
