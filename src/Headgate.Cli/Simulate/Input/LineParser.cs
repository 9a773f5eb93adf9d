namespace Headgate.Cli.Simulate.Input;

/// <summary>Reads one line of one format. Not thread-safe: every file has its own.</summary>
internal abstract class LineParser
{
    /// <summary>False with what is wrong, for a person, if the line cannot be read.</summary>
    public abstract bool TryParse(ReadOnlySpan<byte> line, out LogEvent logEvent, out string? problem);
}

/// <summary>A field looked for in lines whose fields have names, and its value in the line at hand.</summary>
internal sealed class WantedField(string name, string[] names)
{
    private byte[] _value = new byte[64];

    public string Name { get; } = name;

    /// <summary>Names it may have, best first.</summary>
    public string[] Names { get; } = names;

    /// <summary>The place in <see cref="Names"/> of the name found, or the number of names if none was.</summary>
    public int Rank { get; private set; } = names.Length;

    public bool Found => Rank < Names.Length;

    public ReadOnlySpan<byte> Value => _value.AsSpan(0, Length);

    public int Length { get; private set; }

    public void Clear()
    {
        Rank = Names.Length;
        Length = 0;
    }

    public void Set(ReadOnlySpan<byte> value, int rank)
    {
        Rank = rank;
        value.CopyTo(Room(value.Length));
        Length = value.Length;
    }

    /// <summary>A place to write a value of at most <paramref name="length"/> bytes; then call <see cref="Written"/>.</summary>
    public Span<byte> Room(int length)
    {
        if (length > _value.Length) _value = new byte[Math.Max(length, _value.Length * 2)];
        return _value;
    }

    public void Written(int length, int rank)
    {
        Length = length;
        Rank = rank;
    }
}

/// <summary>What JSON lines and CSV have in common: fields with names, turned into an event.</summary>
internal abstract class NamedFieldsParser : LineParser
{
    private readonly FieldSpec _spec;
    private readonly KeyBuilder _keys;
    private readonly WantedField _time;
    private readonly WantedField? _cost;
    private readonly WantedField[] _key;

    protected NamedFieldsParser(FieldSpec spec, KeyBuilder keys)
    {
        _spec = spec;
        _keys = keys;
        _time = new WantedField("time", spec.TimeFieldNames);
        _cost = spec.Cost is null ? null : new WantedField(spec.Cost, [spec.Cost]);
        _key = [.. spec.Key.Select(k => new WantedField(k, FieldSpec.NamesOf(k)))];
        Wanted = [_time, .. _cost is null ? Array.Empty<WantedField>() : [_cost], .. _key];
    }

    protected WantedField[] Wanted { get; }

    protected bool TryFinish(out LogEvent logEvent, out string? problem)
    {
        logEvent = default;
        problem = null;
        if (!_time.Found)
        {
            problem = $"it has no field {string.Join(" or ", _time.Names)}; name the one that holds the time with --time-field";
            return false;
        }

        if (!TimeText.TryParse(_time.Value, out long time))
        {
            problem = FieldSpec.TimeProblem(_time.Value);
            return false;
        }

        long cost = _spec.FixedCost;
        if (_cost is not null && (!_cost.Found || !FieldSpec.TryCost(_cost.Value, out cost)))
        {
            problem = _cost.Found ? _spec.CostProblem(_cost.Value) : $"it has no field {PlainText.Clean(_cost.Name)} (--cost)";
            return false;
        }

        logEvent = new LogEvent(time, cost, ReadKey());
        return true;
    }

    private int ReadKey()
    {
        if (_key.Length == 1) return _keys.Single(KeyValue(_key[0]));
        bool missing = false;
        _keys.Start();
        foreach (WantedField field in _key)
        {
            ReadOnlySpan<byte> value = KeyValue(field);
            missing |= value.Length == 0;
            _keys.Add(value);
        }

        return _keys.Finish(missing);
    }

    private static ReadOnlySpan<byte> KeyValue(WantedField field) =>
        FieldSpec.CutsQuery(field.Name) ? FieldSpec.WithoutQuery(field.Value) : field.Value;
}
