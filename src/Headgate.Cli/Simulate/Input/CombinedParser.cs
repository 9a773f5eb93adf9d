namespace Headgate.Cli.Simulate.Input;

/// <summary>
/// The common and combined log formats of Apache and nginx:
/// <c>ip ident user [time] "method target protocol" status bytes "referer" "user agent"</c>. Quotes inside a quoted field are
/// escaped by
/// a backslash. What follows the bytes is read only if asked for.
/// </summary>
internal sealed class CombinedParser : LineParser
{
    private readonly FieldSpec _spec;
    private readonly KeyBuilder _keys;
    private readonly Field[] _key;
    private readonly Field? _cost;
    private readonly byte[] _lastTime = new byte[26];
    private long _lastMicros = -1;

    public CombinedParser(FieldSpec spec, KeyBuilder keys)
    {
        _spec = spec;
        _keys = keys;
        _key = [.. spec.Key.Select(name => FieldOf(name, "--key"))];
        _cost = spec.Cost is null ? null : FieldOf(spec.Cost, "--cost");
        if (spec.Time is not (null or "time"))
            throw CommandException.WrongUsage(
                $"--time-field is \"{PlainText.Clean(spec.Time)}\", but the combined format has its time in brackets. Leave it out.");
    }

    private enum Field { Ip, Ident, User, Method, Path, Target, Request, Status, Bytes, Referer, UserAgent }

    public override bool TryParse(ReadOnlySpan<byte> line, out LogEvent logEvent, out string? problem)
    {
        logEvent = default;
        if (!TrySplit(line, out Parts parts, out problem)) return false;

        ReadOnlySpan<byte> time = line.Slice(parts.Time, 26);
        if (!time.SequenceEqual(_lastTime))
        {
            if (!TimeText.TryCombined(time, out _lastMicros))
            {
                _lastTime[0] = 0;
                problem = FieldSpec.TimeProblem(time);
                return false;
            }

            time.CopyTo(_lastTime);
        }

        long cost = _spec.FixedCost;
        if (_cost is { } costField)
        {
            ReadOnlySpan<byte> text = Read(line, parts, costField);
            if (!FieldSpec.TryCost(text, out cost))
            {
                problem = _spec.CostProblem(text);
                return false;
            }
        }

        logEvent = new LogEvent(_lastMicros, cost, ReadKey(line, parts));
        return true;
    }

    /// <summary>True if the line has the format's shape: to tell the format.</summary>
    public static bool Recognises(ReadOnlySpan<byte> line) =>
        TrySplit(line, out Parts parts, out _) && TimeText.TryCombined(line.Slice(parts.Time, 26), out _);

    private static bool TrySplit(ReadOnlySpan<byte> line, out Parts parts, out string? problem)
    {
        parts = default;
        problem = null;
        parts.IpEnd = line.IndexOf((byte)' ');
        if (parts.IpEnd <= 0) return Bad("it does not begin with a client address and a space", out problem);

        // A user's name may have a bracket in it, so the first one that a time follows counts.
        int close, from = parts.IpEnd;
        do
        {
            int open = line[from..].IndexOf(" ["u8);
            if (open < 0)
            {
                return Bad(from == parts.IpEnd
                    ? "it has no time in brackets"
                    : "what is in brackets is no time such as [17/May/2015:10:05:03 +0000]", out problem);
            }

            parts.Time = from + open + 2;
            close = parts.Time + 26;
            from += open + 1;
        }
        while (close >= line.Length || line[close] != ']');

        int request = close + 3;
        if (request > line.Length || line[close + 1] != ' ' || line[close + 2] != '"')
            return Bad("no request in quotes follows the time", out problem);
        int length = QuotedLength(line[request..]);
        if (length < 0) return Bad("the quotes of the request are not closed", out problem);
        parts.Request = request;
        parts.RequestEnd = request + length;

        int status = parts.RequestEnd + 2;
        if (status >= line.Length || line[status - 1] != ' ' || !IsStatus(line[status..]))
            return Bad("no status of three digits follows the request", out problem);
        parts.Status = status;
        return true;
    }

    private static bool IsStatus(ReadOnlySpan<byte> rest)
    {
        if (rest[0] == '-') return rest.Length == 1 || rest[1] == ' ';
        return rest.Length >= 3 && IsDigit(rest[0]) && IsDigit(rest[1]) && IsDigit(rest[2])
            && (rest.Length == 3 || rest[3] == ' ');

        static bool IsDigit(byte b) => (uint)(b - '0') <= 9;
    }

    private static bool Bad(string what, out string? problem)
    {
        problem = what;
        return false;
    }

    /// <summary>The length up to the closing quote; a quote after a backslash does not close. -1 if none does.</summary>
    private static int QuotedLength(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (true)
        {
            int found = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0) return -1;
            at += found;
            if (text[at] == '"') return at;
            at += 2;
            if (at > text.Length) return -1;
        }
    }

    private int ReadKey(ReadOnlySpan<byte> line, in Parts parts)
    {
        if (_key.Length == 1) return _keys.Single(KeyValue(line, parts, _key[0]));
        bool missing = false;
        _keys.Start();
        foreach (Field field in _key)
        {
            ReadOnlySpan<byte> value = KeyValue(line, parts, field);
            missing |= value.Length == 0;
            _keys.Add(value);
        }

        return _keys.Finish(missing);
    }

    /// <summary>A hyphen stands for a field that the request did not have.</summary>
    private static ReadOnlySpan<byte> KeyValue(ReadOnlySpan<byte> line, in Parts parts, Field field)
    {
        ReadOnlySpan<byte> value = Read(line, parts, field);
        return value.Length == 1 && value[0] == '-' ? [] : value;
    }

    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> line, in Parts parts, Field field)
    {
        switch (field)
        {
            case Field.Ip:
                return line[..parts.IpEnd];
            case Field.Ident or Field.User:
                ReadOnlySpan<byte> who = line[Math.Min(parts.IpEnd + 1, parts.Time - 2)..(parts.Time - 2)];
                int space = who.IndexOf((byte)' ');
                return field == Field.Ident ? (space < 0 ? who : who[..space]) : space < 0 ? [] : who[(space + 1)..];
            case Field.Request:
                return line[parts.Request..parts.RequestEnd];
            case Field.Method or Field.Target or Field.Path:
                ReadOnlySpan<byte> request = line[parts.Request..parts.RequestEnd];
                int end = request.IndexOf((byte)' ');
                if (field == Field.Method) return end < 0 ? [] : request[..end];
                ReadOnlySpan<byte> target = end < 0 ? request : request[(end + 1)..];
                int protocol = target.LastIndexOf(" HTTP/"u8);
                if (protocol >= 0) target = target[..protocol];
                return field == Field.Target ? target : FieldSpec.WithoutQuery(target);
            default:
                return ReadBehind(line[parts.Status..], field);
        }
    }

    private static ReadOnlySpan<byte> ReadBehind(ReadOnlySpan<byte> rest, Field field)
    {
        ReadOnlySpan<byte> status = Token(ref rest);
        if (field == Field.Status) return status;
        ReadOnlySpan<byte> bytes = Token(ref rest);
        if (field == Field.Bytes) return bytes;
        ReadOnlySpan<byte> referer = Quoted(ref rest);
        return field == Field.Referer ? referer : Quoted(ref rest);
    }

    private static ReadOnlySpan<byte> Token(scoped ref ReadOnlySpan<byte> rest)
    {
        int space = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> token = space < 0 ? rest : rest[..space];
        rest = space < 0 ? [] : rest[(space + 1)..];
        return token;
    }

    private static ReadOnlySpan<byte> Quoted(scoped ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length == 0 || rest[0] != '"') return [];
        int length = QuotedLength(rest[1..]);
        if (length < 0) return [];
        ReadOnlySpan<byte> quoted = rest.Slice(1, length);
        rest = rest[Math.Min(rest.Length, length + 3)..];
        return quoted;
    }

    private static Field FieldOf(string name, string option) => name switch
    {
        "ip" or "host" or "remote_addr" => Field.Ip,
        "ident" => Field.Ident,
        "user" or "remote_user" => Field.User,
        "method" => Field.Method,
        "path" => Field.Path,
        "target" or "url" or "uri" => Field.Target,
        "request" => Field.Request,
        "status" => Field.Status,
        "bytes" or "size" => Field.Bytes,
        "referer" or "referrer" => Field.Referer,
        "user_agent" or "agent" => Field.UserAgent,
        _ => throw CommandException.WrongUsage(
            $"{option} names the field \"{PlainText.Clean(name)}\", which the combined format has not; it has ip, user, method, path, url, request, "
            + "status, bytes, referer, user_agent and ident."),
    };

    private struct Parts
    {
        public int IpEnd, Time, Request, RequestEnd, Status;
    }
}
