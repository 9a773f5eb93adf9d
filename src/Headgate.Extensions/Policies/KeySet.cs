using System.Collections.Frozen;

namespace Headgate.Extensions.Policies;

/// <summary>Callers named by a value or by a source and a value. Immutable.</summary>
internal sealed class KeySet
{
    private readonly FrozenSet<string> _keys;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _byValue;

    public KeySet(IEnumerable<string> keys)
    {
        _keys = keys.ToFrozenSet(StringComparer.Ordinal);
        _byValue = _keys.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public bool IsEmpty => _keys.Count == 0;

    public bool Contains(string key)
    {
        if (_keys.Count == 0) return false;
        ReadOnlySpan<char> value = PartitionKey.ValueOf(key);
        return _keys.Contains(key) || (!value.IsEmpty && _byValue.Contains(value));
    }
}
