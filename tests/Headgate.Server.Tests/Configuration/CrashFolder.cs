using System.Globalization;
using Headgate.Server.Changes.Files;

namespace Headgate.Server.Tests.Configuration;

/// <summary>
/// A folder whose machine loses power: what was not synced is lost, kept, or kept in part, as a seed says. Operations can be made to fail or to be the last.
/// </summary>
internal sealed class CrashFolder : IConfigFolder
{
    private readonly Lock _gate = new();
    private Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Content> _durable = new(StringComparer.Ordinal);
    private bool _taken;

    public string Path => "/crash";

    /// <summary>Operations so far that change something.</summary>
    public int Operations { get; private set; }

    /// <summary>Thrown instead of the operation where it is not null; given its name and number.</summary>
    public Func<string, int, Exception?> Fault { get; set; } = (_, _) => null;

    /// <summary>Wrong on purpose: says that it synced and does not.</summary>
    public bool LiesAboutSync { get; set; }

    /// <summary>The machine dies at this moment. What lies there afterwards.</summary>
    public CrashFolder Crash(int seed)
    {
        lock (_gate)
        {
            Random random = new(seed);
            CrashFolder after = new();
            // A folder's names reach the disk together or not at all here: each set that was there since the last sync is allowed.
            Dictionary<string, Content> names = random.Next(2) == 0 ? _durable : _names;
            foreach ((string name, Content content) in names) after._names[name] = content.AfterCrash(random);
            after._durable = new Dictionary<string, Content>(after._names, StringComparer.Ordinal);
            return after;
        }
    }

    /// <summary>The process dies, the machine does not: what was written is there.</summary>
    public CrashFolder Kill()
    {
        lock (_gate)
        {
            CrashFolder after = new() { _names = _names.ToDictionary(one => one.Key, one => one.Value.Copy(), StringComparer.Ordinal) };
            after._durable = new Dictionary<string, Content>(after._names, StringComparer.Ordinal);
            return after;
        }
    }

    public byte[] Read(string name) => [.. _names[name].Bytes];

    public void Put(string name, byte[] bytes)
    {
        _names[name] = _durable[name] = new Content(bytes);
    }

    public string? Lock()
    {
        Happen("lock");
        string? owner = _taken ? "the process 1" : null;
        _taken = true;
        return owner;
    }

    public IReadOnlyList<string> List()
    {
        lock (_gate) return [.. _names.Keys];
    }

    public Stream OpenRead(string name)
    {
        lock (_gate) return new MemoryStream([.. _names[name].Bytes]);
    }

    public IConfigFile Create(string name)
    {
        Happen("create");
        lock (_gate) return new OpenFile(this, _names[name] = new Content([]));
    }

    public IConfigFile OpenWrite(string name)
    {
        lock (_gate) return new OpenFile(this, _names[name]);
    }

    public void Rename(string from, string to)
    {
        Happen("rename");
        lock (_gate)
        {
            _names[to] = _names[from];
            _names.Remove(from);
        }
    }

    public void Delete(string name)
    {
        Happen("delete");
        lock (_gate) _names.Remove(name);
    }

    public void Sync()
    {
        Happen("sync folder");
        if (LiesAboutSync) return;
        lock (_gate) _durable = new Dictionary<string, Content>(_names, StringComparer.Ordinal);
    }

    public void Dispose() => _taken = false;

    private void Happen(string what)
    {
        lock (_gate)
        {
            if (Fault(what, Operations++) is { } fault) throw fault;
        }
    }

    private sealed class Content(byte[] bytes)
    {
        private byte[] _synced = bytes;
        private bool _isForgotten;

        public List<byte> Bytes { get; } = [.. bytes];

        public void Sync()
        {
            if (!_isForgotten) _synced = [.. Bytes];
        }

        /// <summary>A sync failed: the system takes what it could not write for written, and later ones succeed without writing it.</summary>
        public void Forget() => _isForgotten = true;

        public Content Copy() => new([.. Bytes]);

        /// <summary>As synced, as written, or the written up to somewhere.</summary>
        public Content AfterCrash(Random random) => random.Next(3) switch
        {
            0 => new Content(_synced),
            1 => Copy(),
            _ when Bytes.Count >= _synced.Length => new Content([.. Bytes.Take(random.Next(_synced.Length, Bytes.Count + 1))]),
            _ => new Content(_synced),
        };
    }

    private sealed class OpenFile(CrashFolder folder, Content content) : IConfigFile
    {
        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            try
            {
                folder.Happen("write");
            }
            catch (IOException)
            {
                // A full disk takes what fits.
                Put(offset, bytes[..(bytes.Length / 2)]);
                throw;
            }

            Put(offset, bytes);
        }

        public void SetLength(long length)
        {
            folder.Happen("set length");
            lock (folder._gate) content.Bytes.RemoveRange((int)length, content.Bytes.Count - (int)length);
        }

        public void Sync()
        {
            try
            {
                folder.Happen("sync");
            }
            catch (IOException)
            {
                content.Forget();
                throw;
            }

            if (folder.LiesAboutSync) return;
            lock (folder._gate) content.Sync();
        }

        public void Dispose()
        {
        }

        private void Put(long offset, ReadOnlySpan<byte> bytes)
        {
            lock (folder._gate)
            {
                if (offset != content.Bytes.Count) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"written at {offset} of {content.Bytes.Count}"));
                content.Bytes.AddRange(bytes);
            }
        }
    }
}
