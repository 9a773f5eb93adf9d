namespace Headgate.Memory.Snapshots;

/// <summary>
/// What a snapshot consists of, byte by byte. All numbers are little-endian, all times microseconds since 1970.
/// <code>
/// magic       8   89 48 47 53 0D 0A 1A 0A
/// version     4   1
/// hash        4   1 AES, 2 SipHash
/// saved at    8
/// secrets  1104   of the hash: 64 masks, 4 keys for AES, 1 key for SipHash
/// then each key by one of
///   plain    49   01, digest 16, state 32
///   log     37+   02, digest 16, last seen 8, empty at 8, entries 4, then each entry: time 8, cost 8; oldest first
///   leases  37+   03, digest 16, last seen 8, last expiry 8, leases 4, then each lease: id 16, expiry 8, cost 8; by expiry
/// end         9   00, number of keys 8
/// checksum   32   SHA-256 of all before
/// </code>
/// </summary>
/// <remarks>
/// Keys stand in an order by which every beginning of the list is spread over all digests (<see cref="SnapshotWriter"/>); one that crowds is
/// refused (<see cref="SlotTable.TryPlace"/>).
/// What goes into a digest is part of the format: the identity of a limit (<see cref="LimitLeaf.Identity"/>), the text that a domain is made
/// of, and the hash. Whoever changes one of them takes the next version. A snapshot of each released version is kept among the tests.
/// </remarks>
internal static class SnapshotFormat
{
    public const int Version = 1;
    public const int AesHash = 1, SipHash = 2;
    public const byte End = 0, Plain = 1, Log = 2, Leases = 3;

    /// <summary>A digest, and what is before it.</summary>
    public const int RecordHead = 17;
    public const int PlainRecord = RecordHead + 32;
    public const int OwningRecord = RecordHead + 20;
    public const int LogEntryBytes = 16, LeaseBytes = 32;
    public const int HeaderBytes = 24 + KeyHash.SecretBytes;
    public const int ChecksumBytes = 32;

    /// <summary>
    /// Like PNG's: a byte that is no text, a name, and both kinds of line ends, so that a copy as text is noticed.
    /// </summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'H', (byte)'G', (byte)'S', 0x0D, 0x0A, 0x1A, 0x0A];
}
