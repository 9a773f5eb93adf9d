using System.Text;
using System.Text.RegularExpressions;

namespace Headgate.Server.Tests.Fuzz;

/// <summary>Makes bad requests of good ones. The same seed makes the same.</summary>
internal sealed partial class RequestMutator(Random random)
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "1.5", "1e3", "1E400", "-1e400", "1e-400", "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999",
        "0.000001", "0.0000001", "1e-7", "3155760000", "3155760001", "\"\"", "\"1\"", "\"a\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\udc00\\ud800\"", "\"ä中😀\"", "\"../..\"", "\"a/b\"", "\"\\n\\r\\t\\\"\"",
        "[]", "{}", "[[]]", "[null]", "{\"a\":{\"b\":[1,{}]}}", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "NaN", "Infinity", "01", "+1", ".5", "1.", "'a'", "undefined",
        "\"sliding_log\"", "\"sliding_window\"", "\"fixed_window\"", "\"token_bucket\"", "\"leaky_bucket\"", "\"concurrency\"", "\"hybrid\"", "\"custom\"",
        "\"all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=1000, window=1d))\"", "\"token_bucket(capacity=0, refill=1/0s)\"",
        "\"open\"", "\"closed\"", "\"local\"", "1000000", "1000001", "1000000000000000", "1000000000000001",
    ];

    private static readonly string[] Segments =
    [
        "", ".", "..", "%2e", "%2E%2e", "%2F", "a%2Fb", "%252F", "%00", "%zz", "%", "%C0%AF", "%ED%A0%80", "%FF", "%C3%A4", "a+b", "%0d%0aX-A:b", "~", "*", ":", "@", "{tenant_id}", "a;b=c",
        "%E4%B8%AD", "1", "-1", "99999999999999999999", "login", "acme", "c1", "\\", "\u00e4",
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "CONNECT"];

    private static readonly (string, string)[] Headers =
    [
        ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", ";;;"), ("Content-Encoding", "gzip"), ("Expect", "100-continue"), ("Expect", "x"),
        ("If-Match", "\"0\""), ("If-Match", "\"1\""), ("If-Match", "W/\"1\""), ("If-Match", "*"), ("If-Match", "\"99999999999999999999\""), ("If-Match", "x"), ("If-None-Match", "*"), ("If-None-Match", "\"1\""),
        ("Authorization", "Bearer x"), ("Authorization", "Basic ====="), ("X-API-Key", "hg_0000_x"), ("X-API-Key", ""), ("Accept", "*/*;q=x"), ("Accept", "text/html"), ("Accept", "application/openmetrics-text"),
        ("Range", "bytes=0-"), ("Cookie", "a=b"), ("X-Forwarded-For", "1.2.3.4, ::1"), ("Forwarded", "for=x"), ("traceparent", "00-0-0-0"), ("Accept-Encoding", "gzip, br"), ("Upgrade", "h2c"),
    ];

    private static readonly byte[][] Pieces = [[0], [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], "\\u"u8.ToArray(), "\""u8.ToArray(), "{"u8.ToArray(), "]"u8.ToArray(), ","u8.ToArray(), "\r\n"u8.ToArray()];

    public FuzzRequest Mutate(FuzzRequest seed)
    {
        FuzzRequest request = seed.Clone();
        for (int i = random.Next(4); i >= 0; i--) MutateOnce(request);
        return request;
    }

    /// <summary>A text with one of its bytes, tokens or parts changed.</summary>
    public byte[] MutateText(byte[] text)
    {
        return random.Next(8) switch
        {
            0 when text.Length > 0 => Flip(text),
            1 => Insert(text, Pick(Pieces)),
            2 => text[..random.Next(text.Length + 1)],
            3 => Splice(text),
            4 => Insert(text, Encoding.UTF8.GetBytes(new string((char)random.Next('!', '~'), 1 << random.Next(15)))),
            _ => Encoding.UTF8.GetBytes(MutateJson(Encoding.UTF8.GetString(text))),
        };
    }

    private void MutateOnce(FuzzRequest request)
    {
        switch (random.Next(12))
        {
            case 0:
                request.Method = Pick(Methods);
                break;
            case 1 or 2:
                request.Target = MutateTarget(request.Target);
                break;
            case 3:
                request.Headers.Add(Pick(Headers));
                break;
            case 4 when request.Headers.Count > 0:
                request.Headers.RemoveAt(random.Next(request.Headers.Count));
                break;
            case 5:
                request.Chunked = true;
                break;
            case 6 when random.Next(4) == 0:
                request.DeclaredLength = request.Body?.Length + random.Next(1, 100);
                break;
            default:
                request.Body = MutateText(request.Body ?? "{}"u8.ToArray());
                break;
        }
    }

    private string MutateJson(string json)
    {
        MatchCollection tokens = Tokens().Matches(json);
        if (tokens.Count == 0) return json;
        Match token = tokens[random.Next(tokens.Count)];
        string before = json[..token.Index], after = json[(token.Index + token.Length)..];
        return random.Next(5) switch
        {
            0 => before + token.Value + "," + token.Value + after,
            1 => before + after,
            2 => before + token.Value + ":" + Pick(Values) + "," + after,
            _ => before + Pick(Values) + after,
        };
    }

    private string MutateTarget(string target)
    {
        string[] parts = target.Split('/');
        switch (random.Next(8))
        {
            case 0:
                return $"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Pick(["max_requests", "cost", "window_duration_seconds", "skip", "take", "version", "x", ""])}={Pick(Values).Replace(" ", "%20", StringComparison.Ordinal)}";
            case 1:
                return $"http://127.0.0.1{target}";
            case 2:
                return target + "/" + Pick(Segments);
            case 3:
                return target.ToUpperInvariant();
            case 4:
                return target + string.Concat(Enumerable.Repeat(Pick(Segments), random.Next(500)));
            default:
                parts[random.Next(parts.Length)] = random.Next(6) == 0 ? new string('x', random.Next(400)) : Pick(Segments);
                return string.Join('/', parts) is { Length: > 0 } changed ? changed : "/";
        }
    }

    private byte[] Flip(byte[] text)
    {
        byte[] copy = [.. text];
        copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return copy;
    }

    private byte[] Insert(byte[] text, byte[] piece)
    {
        int at = random.Next(text.Length + 1);
        return [.. text[..at], .. piece, .. text[at..]];
    }

    private byte[] Splice(byte[] text)
    {
        int from = random.Next(text.Length + 1), to = random.Next(from, text.Length + 1);
        return Insert(text, text[from..to]);
    }

    private T Pick<T>(T[] all) => all[random.Next(all.Length)];

    [GeneratedRegex("\"[^\"]*\"|-?[0-9.]+|true|false|null|[{}\\[\\]:,]")]
    private static partial Regex Tokens();
}
