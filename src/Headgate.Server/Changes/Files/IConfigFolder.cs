namespace Headgate.Server.Changes.Files;

/// <summary>
/// A folder as the log needs it: what was written is there after a crash once it was synced, and a name once the folder was. Safe for several threads.
/// </summary>
/// <remarks>Every method may throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</remarks>
internal interface IConfigFolder : IDisposable
{
    /// <summary>For people, in messages.</summary>
    string Path { get; }

    /// <summary>Takes the folder for this process until it is disposed.</summary>
    /// <returns>Null if it is taken now; else who has it, for a message.</returns>
    string? Lock();

    IReadOnlyList<string> List();

    Stream OpenRead(string name);

    /// <summary>A new, empty file that only its owner may read; in place of one that is there.</summary>
    IConfigFile Create(string name);

    IConfigFile OpenWrite(string name);

    /// <summary>Gives a file another name, atomically, in place of one that has it.</summary>
    void Rename(string from, string to);

    void Delete(string name);

    /// <summary>Makes names durable.</summary>
    void Sync();
}

/// <summary>An open file that only grows, or is cut.</summary>
internal interface IConfigFile : IDisposable
{
    void Write(long offset, ReadOnlySpan<byte> bytes);

    void SetLength(long length);

    /// <summary>Makes contents and length durable. If it fails, what is on the disk is not known, and trying again tells nothing.</summary>
    void Sync();
}
