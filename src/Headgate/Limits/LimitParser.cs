namespace Headgate;

/// <summary>Reads limits as text: <c>kind(argument=value, ...)</c>, and <c>all_of(limit; limit)</c> with nesting up to 8 deep.</summary>
internal ref struct LimitParser
{
    private const string Kinds = "token_bucket, leaky_bucket, fixed_window, sliding_window, sliding_log, concurrency or all_of";

    private TextCursor _cursor;

    public static Limit Parse(string text)
    {
        LimitParser parser = new() { _cursor = new TextCursor(text, "a limit", "token_bucket(capacity=10, refill=1/s)") };
        Limit limit = parser.ReadLimit(0);
        parser._cursor.End();
        return limit;
    }

    private Limit ReadLimit(int depth)
    {
        _cursor.SkipSpace();
        int start = _cursor.Position;
        string kind = _cursor.Word($"a kind of limit ({Kinds})").ToString();
        if (kind == "all_of") return ReadComposite(start, depth);

        Arguments arguments = new();
        _ = kind switch
        {
            "token_bucket" => arguments.Allow("capacity", "refill"),
            "leaky_bucket" => arguments.Allow("capacity", "leak"),
            "fixed_window" or "sliding_window" or "sliding_log" => arguments.Allow("permits", "window"),
            "concurrency" => arguments.Allow("permits", "lease", optional: true),
            _ => throw _cursor.FailAt(start, $"'{kind}' is no kind of limit; expected {Kinds}"),
        };
        _cursor.Take('(', $"after {kind}");
        do ReadArgument(arguments, kind);
        while (_cursor.TryTake(','));
        int end = _cursor.Position;
        _cursor.Take(')', $"or ',' in {kind}");
        if (arguments.Missing is { } missing) throw _cursor.FailAt(end, $"expected {missing}=... in {kind}");

        return Build(start, arguments, () => kind switch
        {
            "token_bucket" => Limit.TokenBucket(arguments.Number, arguments.Rate),
            "leaky_bucket" => Limit.LeakyBucket(arguments.Number, arguments.Rate),
            "fixed_window" => Limit.FixedWindow(arguments.Number, arguments.Duration),
            "sliding_window" => Limit.SlidingWindow(arguments.Number, arguments.Duration),
            "sliding_log" => Limit.SlidingLog(arguments.Number, arguments.Duration),
            _ => Limit.Concurrency(arguments.Number, arguments.HasSecond ? arguments.Duration : null),
        });
    }

    private Limit ReadComposite(int start, int depth)
    {
        if (depth == LimitBounds.MaxCompositeDepth) throw _cursor.FailAt(start, $"expected at most {LimitBounds.MaxCompositeDepth} levels of all_of");
        _cursor.Take('(', "after all_of");
        List<Limit> limits = [];
        Arguments arguments = new();
        do
        {
            if (PeekIsOption()) ReadArgument(arguments, "all_of");
            else limits.Add(ReadLimit(depth + 1));
        }
        while (_cursor.TryTake(';'));
        _cursor.Take(')', "or ';' in all_of");
        return Build(start, arguments, () => Limit.AllOf([.. limits]));
    }

    private readonly bool PeekIsOption()
    {
        TextCursor ahead = _cursor;
        return ahead.Word("a limit").ToString() is "name" or "shadow" && ahead.TryTake('=');
    }

    private void ReadArgument(Arguments arguments, string kind)
    {
        _cursor.SkipSpace();
        int start = _cursor.Position;
        string argument = _cursor.Word($"an argument of {kind} ({arguments.Expected})").ToString();
        if (!arguments.Knows(argument)) throw _cursor.FailAt(start, $"'{argument}' is no argument of {kind}; expected {arguments.Expected}");
        if (!arguments.Seen.Add(argument)) throw _cursor.FailAt(start, $"'{argument}' is given twice; expected it once");
        _cursor.Take('=', $"after {argument}");
        _cursor.SkipSpace();
        arguments.Positions[argument] = _cursor.Position;
        switch (argument)
        {
            case "name":
                arguments.Name = _cursor.Name();
                break;
            case "shadow":
                int at = _cursor.Position;
                string truth = _cursor.Word("true or false").ToString();
                arguments.Shadow = truth is "true" or "false" ? truth == "true" : throw _cursor.FailAt(at, "expected true or false");
                break;
            case "refill" or "leak":
                arguments.Rate = Rate.Read(ref _cursor);
                break;
            case "window" or "lease":
                arguments.Duration = DurationText.Read(ref _cursor, countRequired: true);
                break;
            default:
                int number = _cursor.Position;
                _cursor.Number("a whole number", out long digits, out int scale);
                arguments.Number = scale == 0 ? digits : throw _cursor.FailAt(number, "expected a whole number");
                break;
        }
    }

    /// <summary>Turns what the limit's own constructor refuses into a complaint about the place in the text.</summary>
    private readonly Limit Build(int start, Arguments arguments, Func<Limit> build)
    {
        try
        {
            return build() with { Name = arguments.Name, Shadow = arguments.Shadow };
        }
        catch (ArgumentException refused)
        {
            string parameter = refused.ParamName == "Name" ? "name" : refused.ParamName == "leaseTime" ? "lease" : refused.ParamName ?? "";
            int position = arguments.Positions.GetValueOrDefault(parameter, start);
            string message = refused.Message.Split(" (Parameter '", 2)[0].Split(Environment.NewLine, 2)[0].TrimEnd('.');
            throw _cursor.FailAt(position, message, refused);
        }
    }

    private sealed class Arguments
    {
        private string[] _required = [];
        private string? _optional;

        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, int> Positions { get; } = new(StringComparer.Ordinal);
        public long Number { get; set; }
        public Rate Rate { get; set; }
        public TimeSpan Duration { get; set; }
        public string? Name { get; set; }
        public bool Shadow { get; set; }

        public bool HasSecond => _optional is not null && Seen.Contains(_optional);
        public string? Missing => _required.FirstOrDefault(r => !Seen.Contains(r));
        public string Expected => string.Join(", ", [.. _required, .. _optional is null ? Array.Empty<string>() : [_optional], "name", "shadow"]);

        public Arguments Allow(string first, string second, bool optional = false)
        {
            _required = optional ? [first] : [first, second];
            _optional = optional ? second : null;
            return this;
        }

        public bool Knows(string argument) =>
            argument is "name" or "shadow" || argument == _optional || Array.IndexOf(_required, argument) >= 0;
    }
}
