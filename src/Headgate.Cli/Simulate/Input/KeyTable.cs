using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Headgate.Cli.Simulate.Input;

/// <summary>Numbers the keys of a log, 0 upwards, in order of appearance. One thread adds; others may read what was handed to
/// them.</summary>
/// <remarks>
/// A key is kept as a string of its bytes, a character each, so that keys that are not UTF-8 stay apart. The hash is seeded: who
/// writes into the log cannot choose keys that collide.
/// </remarks>
internal sealed class KeyTable
{
    private readonly ulong _seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private string[] _keys = new string[1024];
    private (uint Hash, int Id)[] _slots = new (uint, int)[4096];

    public int Count { get; private set; }

    /// <summary>The key as the limiter sees it: a character for each byte.</summary>
    public string this[int id] => _keys[id];

    /// <summary>The key for people, not yet cleaned.</summary>
    public string Text(int id) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(_keys[id]));

    public int IdOf(ReadOnlySpan<byte> key)
    {
        uint hash = Hash(key);
        (uint Hash, int Id)[] slots = _slots;
        uint mask = (uint)slots.Length - 1;
        for (uint i = hash & mask; ; i = (i + 1) & mask)
        {
            (uint slotHash, int id) = slots[i];
            if (id == 0) return Add(key, hash, i);
            if (slotHash == hash && Same(key, _keys[id - 1])) return id - 1;
        }
    }

    private int Add(ReadOnlySpan<byte> key, uint hash, uint slot)
    {
        int id = Count++;
        if (id == _keys.Length) Array.Resize(ref _keys, _keys.Length * 2);
        _keys[id] = Encoding.Latin1.GetString(key);
        _slots[slot] = (hash, id + 1);
        if (Count * 2 > _slots.Length) Grow();
        return id;
    }

    private void Grow()
    {
        var larger = new (uint Hash, int Id)[_slots.Length * 2];
        uint mask = (uint)larger.Length - 1;
        foreach ((uint hash, int id) in _slots)
        {
            if (id == 0) continue;
            uint i = hash & mask;
            while (larger[i].Id != 0) i = (i + 1) & mask;
            larger[i] = (hash, id);
        }

        _slots = larger;
    }

    private static bool Same(ReadOnlySpan<byte> bytes, string text)
    {
        if (bytes.Length != text.Length) return false;
        if (Ascii.Equals(bytes, text)) return true;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != text[i]) return false;
        }

        return true;
    }

    private uint Hash(ReadOnlySpan<byte> key)
    {
        ulong hash = _seed ^ (ulong)key.Length;
        while (key.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key));
            key = key[8..];
        }

        ulong rest = 0;
        for (int i = 0; i < key.Length; i++) rest |= (ulong)key[i] << (8 * i);
        hash = Mix(hash ^ rest);
        return (uint)(hash >> 32);
    }

    private ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value ^ 0x9E3779B97F4A7C15, _seed | 1, out ulong low);
        return high ^ low ^ 0xD6E8FEB86659FD93;
    }
}
