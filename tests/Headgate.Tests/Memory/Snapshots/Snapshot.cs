using System.Buffers.Binary;
using System.Security.Cryptography;
using Headgate.Conformance;
using Headgate.Memory;
using Headgate.Memory.Snapshots;

namespace Headgate.Tests.Memory.Snapshots;

/// <summary>Snapshots as bytes: taken, restored, and made up with a checksum that fits.</summary>
internal static class Snapshot
{
    public static byte[] Of(MemoryStore store)
    {
        using MemoryStream stream = new();
        store.Save(stream);
        return stream.ToArray();
    }

    public static MemoryStore Restore(byte[] bytes, TimeProvider clock, long? maxKeys = null)
    {
        using MemoryStream stream = new(bytes);
        return MemoryStore.Restore(stream, clock, maxKeys is { } most ? new MemoryStoreOptions { MaxKeys = most } : null);
    }

    /// <summary>The message with which it is refused.</summary>
    public static string Refused(byte[] bytes, TimeProvider? clock = null)
    {
        string message = Assert.Throws<InvalidDataException>(() => Restore(bytes, clock ?? new FakeClock())).Message;
        Assert.StartsWith("The snapshot cannot be restored: ", message, StringComparison.Ordinal);
        return message;
    }

    /// <summary>A whole snapshot of whatever records, as somebody could write it who knows the format.</summary>
    public static byte[] Forge(KeyHash hash, long keys, params byte[][] records)
    {
        using MemoryStream stream = new();
        Span<byte> header = stackalloc byte[SnapshotFormat.HeaderBytes];
        SnapshotFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], SnapshotFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], KeyHash.UsesAes ? SnapshotFormat.AesHash : SnapshotFormat.SipHash);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], FakeClock.DefaultStartMicros);
        hash.CopySecrets(header[24..]);
        stream.Write(header);
        foreach (byte[] record in records) stream.Write(record);
        stream.Write(Words([SnapshotFormat.End], keys));
        return Seal(stream.ToArray());
    }

    /// <summary>The checksum for what is there.</summary>
    public static byte[] Seal(byte[] body) => [.. body, .. SHA256.HashData(body)];

    public static byte[] PlainRecord(KeyDigest digest, long lastSeen, long forgetAt, long third, long fourth) =>
        Words([SnapshotFormat.Plain], (long)digest.Low, (long)digest.High, lastSeen, forgetAt, third, fourth);

    /// <summary>A record of a log or of leases, whose count may be a lie.</summary>
    public static byte[] OwningRecord(byte kind, KeyDigest digest, long lastSeen, long forgetAt, int count, params long[] words)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, count);
        return [.. Words([kind], (long)digest.Low, (long)digest.High, lastSeen, forgetAt), .. number, .. Words([], words)];
    }

    /// <summary>What stands for a key of an unnamed limit in no namespace.</summary>
    public static KeyDigest DigestOf(KeyHash hash, Limit limit, string key) =>
        hash.Compute(key, LimitBinding.Create(Assert.Single(limit.Leaves), "", hash).Domain);

    private static byte[] Words(byte[] first, params long[] words)
    {
        byte[] bytes = new byte[first.Length + (words.Length * 8)];
        first.CopyTo(bytes, 0);
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(first.Length + (i * 8)), words[i]);
        return bytes;
    }
}
