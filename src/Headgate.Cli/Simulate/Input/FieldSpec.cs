using System.Globalization;
using System.Text;

namespace Headgate.Cli.Simulate.Input;

/// <summary>Which fields of a line make the key, the time and the cost.</summary>
internal sealed class FieldSpec
{
    private const string Ip = "ip", User = "user", Method = "method", Path = "path";

    private static readonly string[] TimeNames =
        ["time", "timestamp", "@timestamp", "ts", "datetime", "date", "time_iso8601", "time_local", "start_time", "msec"];

    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>Null for the names that are usual.</summary>
    public string? Time { get; init; }

    /// <summary>The field that holds a request's cost; null for <see cref="FixedCost"/>.</summary>
    public string? Cost { get; init; }

    public long FixedCost { get; init; } = 1;

    public string KeyText => string.Join(',', Key);

    public string CostText => Cost ?? FixedCost.ToString(CultureInfo.InvariantCulture);

    public static FieldSpec Parse(string key, string? cost, string? time)
    {
        string[] names = key.Split(',', StringSplitOptions.TrimEntries);
        if (names.Length > 8 || names.Any(n => n.Length == 0))
        {
            throw CommandException.WrongUsage(
                $"--key is \"{PlainText.Clean(key)}\"; it must be 1 to 8 field names with commas between them, such as ip or ip,path.");
        }

        bool fixedCost = long.TryParse(cost ?? "1", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long amount);
        if (fixedCost && amount is < 1 or > LimitBounds.MaxPermits)
        {
            throw CommandException.WrongUsage(
                $"--cost is {amount}; it must be 1 to {LimitBounds.MaxPermits}, or the name of a field that holds the cost.");
        }

        return new FieldSpec { Key = names, Time = time, Cost = fixedCost ? null : cost, FixedCost = fixedCost ? amount : 1 };
    }

    /// <summary>The names under which a field is looked for in JSON and CSV, best first.</summary>
    public static string[] NamesOf(string field) => field switch
    {
        Ip => [Ip, "client_ip", "clientip", "clientIp", "client", "remote_addr", "remoteAddr", "remote_ip", "remoteIp",
            "remote_host", "c-ip"],
        User => [User, "user_id", "userid", "userId", "username", "remote_user", "remoteUser", "client_id", "clientId"],
        Method => [Method, "request_method", "requestMethod", "http_method", "verb", "cs-method"],
        Path => [Path, "uri", "url", "request_uri", "requestUri", "request_path", "cs-uri-stem"],
        _ => [field],
    };

    public string[] TimeFieldNames => Time is null ? TimeNames : [Time];

    /// <summary>Path means the path: what follows the question mark is cut off, whatever the field was called.</summary>
    public static bool CutsQuery(string field) => field == Path;

    public static ReadOnlySpan<byte> WithoutQuery(ReadOnlySpan<byte> target)
    {
        int query = target.IndexOf((byte)'?');
        return query < 0 ? target : target[..query];
    }

    /// <summary>Any whole number of 0 or more; the hyphen of logs is 0.</summary>
    public static bool TryCost(ReadOnlySpan<byte> text, out long cost)
    {
        cost = 0;
        if (text.SequenceEqual("-"u8)) return true;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cost) && cost <= LimitBounds.MaxPermits;
    }

    public string CostProblem(ReadOnlySpan<byte> text) =>
        $"the cost in {PlainText.Clean(Cost!)} is \"{PlainText.Clean(text, 40)}\"; it must be a whole number from 0 to {LimitBounds.MaxPermits}";

    public static string TimeProblem(ReadOnlySpan<byte> text) =>
        $"the time is \"{PlainText.Clean(text, 40)}\"; it must be {TimeText.Expected}, from 1970 to 2199";
}

/// <summary>Puts a key together; several fields go in with their lengths, so that two different lists never make one
/// key.</summary>
internal sealed class KeyBuilder(KeyTable table, int fields)
{
    public const string Missing = "(none)";

    private byte[] _bytes = new byte[256];
    private int _length;

    /// <summary>Lines in which a field of the key was not there or empty.</summary>
    public long MissingFields { get; private set; }

    public int Single(ReadOnlySpan<byte> value)
    {
        if (value.Length == 0) MissingFields++;
        return table.IdOf(value);
    }

    public void Start() => _length = 0;

    public void Add(ReadOnlySpan<byte> value)
    {
        if (_length + value.Length + 4 > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + value.Length + 4));
        BitConverter.TryWriteBytes(_bytes.AsSpan(_length), value.Length);
        value.CopyTo(_bytes.AsSpan(_length + 4));
        _length += value.Length + 4;
    }

    public int Finish(bool missing)
    {
        if (missing) MissingFields++;
        return table.IdOf(_bytes.AsSpan(0, _length));
    }

    /// <summary>A key for people: its fields, cleaned, with a space between them.</summary>
    public string Display(int id) => Join(id, value => PlainText.Clean(value, 200));

    public KeyText TextOf(int id) => new(Join(id, value => Encoding.UTF8.GetString(value)), Display(id));

    private string Join(int id, Func<ReadOnlySpan<byte>, string> read)
    {
        if (fields == 1) return OrMissing(Encoding.Latin1.GetBytes(table[id]), read);
        byte[] bytes = Encoding.Latin1.GetBytes(table[id]);
        StringBuilder text = new();
        for (int at = 0; at < bytes.Length;)
        {
            int length = BitConverter.ToInt32(bytes, at);
            if (text.Length > 0) text.Append(' ');
            text.Append(OrMissing(bytes.AsSpan(at + 4, length), read));
            at += 4 + length;
        }

        return text.ToString();
    }

    private static string OrMissing(ReadOnlySpan<byte> value, Func<ReadOnlySpan<byte>, string> read) =>
        value.Length == 0 ? Missing : read(value);
}

/// <summary>A key as the log has it, whole, for machines; and cleaned and bounded, for screens and pages.</summary>
internal sealed record KeyText(string Real, string Shown);
