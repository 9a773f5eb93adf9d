using System.Runtime.InteropServices;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.Memory;

/// <summary>
/// One string that becomes each key in turn, so that ten million keys leave no garbage and no collection falls into what is
/// measured. Only for subjects that do not keep the string: it changes under whoever does.
/// </summary>
internal sealed class ScratchKey
{
    private readonly string _text = new('0', KeyText.Length);
    private readonly Memory<char> _characters;

    public ScratchKey()
    {
        // Strings are immutable by contract; this one is not interned, belongs to us alone, and its hash code is not cached
        // anywhere.
        _characters = MemoryMarshal.AsMemory(_text.AsMemory());
    }

    public string Become(long index)
    {
        KeyText.Write(index, _characters.Span);
        return _text;
    }
}
