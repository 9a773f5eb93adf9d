using System.Buffers.Binary;
using System.Text;
using Headgate.Conformance;
using Headgate.Memory;
using Headgate.Memory.Snapshots;

namespace Headgate.Tests.Memory.Snapshots;

/// <summary>A file that is not exactly what was saved is refused whole, and says what is wrong with it.</summary>
public class DamageTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Every_truncation_is_refused()
    {
        byte[] bytes = await SmallAsync();
        for (int length = 0; length < bytes.Length; length++)
            Assert.Contains("it ends after", Snapshot.Refused(bytes[..length]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_flipped_bit_is_refused()
    {
        byte[] bytes = await SmallAsync();
        for (int at = 0; at < bytes.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bytes[at] ^= (byte)(1 << bit);
                Snapshot.Refused(bytes);
                bytes[at] ^= (byte)(1 << bit);
            }
        }

        using MemoryStore whole = Snapshot.Restore(bytes, _clock);
        Assert.Equal(6, whole.KeyCount);
    }

    [Fact]
    public async Task Every_byte_that_is_missing_or_doubled_inside_is_refused()
    {
        byte[] bytes = await SmallAsync();
        for (int at = 0; at < bytes.Length; at++)
        {
            Snapshot.Refused([.. bytes[..at], .. bytes[(at + 1)..]]);
            Snapshot.Refused([.. bytes[..at], bytes[at], .. bytes[at..]]);
        }
    }

    [Fact]
    public async Task What_follows_is_refused() =>
        Assert.Contains("more follows after its end", Snapshot.Refused([.. await SmallAsync(), 0]), StringComparison.Ordinal);

    [Fact]
    public async Task Another_version_is_named()
    {
        byte[] bytes = await SmallAsync();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2);
        Assert.Contains("it has format 2 and this version of Headgate reads format 1", Snapshot.Refused(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_kind_of_machine_is_named()
    {
        byte[] bytes = await SmallAsync();
        byte[] other = bytes[..^SnapshotFormat.ChecksumBytes];
        other[12] = (byte)(KeyHash.UsesAes ? SnapshotFormat.SipHash : SnapshotFormat.AesHash);
        Assert.Contains("Restore it on a machine like the one that wrote it.", Snapshot.Refused(Snapshot.Seal(other)), StringComparison.Ordinal);
        other[12] = 9;
        Assert.Contains("hashed by 9, which is unknown", Snapshot.Refused(Snapshot.Seal(other)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"keys\": [] } and so on, as long as it takes to be longer than the first bytes of a snapshot")]
    [InlineData("\u0089HGS\n\u001a\n and the rest, after a copy that made line ends of one kind")]
    public void Another_kind_of_file_is_named(string text) =>
        Assert.Contains("does not begin like a snapshot", Snapshot.Refused(Encoding.Latin1.GetBytes(text)), StringComparison.Ordinal);

    [Fact]
    public async Task Errors_of_the_stream_are_its_own_and_the_store_goes_on()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.FixedWindow(5, TimeSpan.FromHours(1));
        await store.AcquireAsync(new Charge("k", limit, 2));
        using BrokenStream full = new(writable: 100);
        Assert.Equal("No space left on device", Assert.Throws<IOException>(() => store.Save(full)).Message);
        Assert.Equal(3, (await store.PeekAsync(new[] { new Charge("k", limit, 0) })).Remaining);
        Assert.Throws<IOException>(() => MemoryStore.Restore(full, _clock));
        Assert.True(full.CanWrite);
    }

    [Fact]
    public void Saving_can_be_given_up_and_ends_with_the_store()
    {
        MemoryStore store = new(_clock);
        using MemoryStream stream = new();
        Assert.Throws<OperationCanceledException>(() => store.Save(stream, new CancellationToken(canceled: true)));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Save(stream));
    }

    /// <summary>One key of each kind, with a block of some entries where it has one.</summary>
    private async Task<byte[]> SmallAsync()
    {
        using MemoryStore store = new(_clock);
        foreach (string kind in OneOfEach.Kinds)
        {
            Charge[] charge = [new(kind, OneOfEach.Of(kind, 5))];
            for (int i = 0; i < 3; i++)
            {
                await store.EnterAsync(charge, LeaseId.Create());
                _clock.AdvanceMicros(1);
            }
        }

        return Snapshot.Of(store);
    }

    private sealed class BrokenStream(int writable) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > writable) throw new IOException("No space left on device");
            base.Write(buffer);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("Input/output error");
    }
}
