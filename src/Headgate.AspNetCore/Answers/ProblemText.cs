using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Headgate.AspNetCore.Answers;

/// <summary>
/// The problem details (RFC 9457) of a refusal, in pieces between which only numbers are missing: a refusal is written without building it anew.
/// Immutable.
/// </summary>
internal sealed class ProblemText
{
    public const string ContentType = "application/problem+json";

    private const string Registry = "https://iana.org/assignments/http-problem-types#";

    private readonly byte[] _head;
    private readonly byte[] _beforeDetailSeconds;
    private readonly byte[] _beforeSeconds;
    private readonly byte[] _never;

    private ProblemText(string type, string title, string detail, string never, string members)
    {
        _head = Encoding.UTF8.GetBytes($$"""{"type":"{{Registry}}{{type}}","title":"{{title}}","status":""");
        _beforeDetailSeconds = Encoding.UTF8.GetBytes($",\"detail\":\"{detail} Try again in ");
        _beforeSeconds = Encoding.UTF8.GetBytes($" s.\"{members},\"retry-after\":");
        _never = Encoding.UTF8.GetBytes($",\"detail\":\"{never}\"{members}}}");
    }

    /// <summary>The store could not answer and the failure mode is closed.</summary>
    public static ProblemText StoreDown { get; } = new("temporary-reduced-capacity", "Request cannot be satisfied due to temporary server capacity constraints",
        "The rate limit cannot be checked at the moment.", "The rate limit cannot be checked at the moment.", "");

    /// <summary>So many requests run and wait that there is no room for this one.</summary>
    public static ProblemText Busy { get; } = new("temporary-reduced-capacity", "Request cannot be satisfied due to temporary server capacity constraints",
        "The service is at its capacity.", "The service is at its capacity.", "");

    /// <summary>A denial that no limit of the request took.</summary>
    public static ProblemText Unnamed { get; } = OfQuota("The rate limit is reached.", "This request can never be admitted.", "[]");

    public static ProblemText Of(string label)
    {
        string name = JsonEncodedText.Encode(label).ToString();
        return OfQuota($"The limit '{name}' is reached.", $"This request costs more than the limit '{name}' ever admits.", $"[\"{name}\"]");
    }

    /// <summary>The bytes that <see cref="Write"/> takes; a status has three digits.</summary>
    /// <param name="seconds">How long to wait; -1 if no wait helps.</param>
    public int Length(long seconds)
    {
        int start = _head.Length + 3;
        return seconds < 0 ? start + _never.Length : start + _beforeDetailSeconds.Length + _beforeSeconds.Length + (2 * Digits(seconds)) + 1;
    }

    public void Write(PipeWriter body, int status, long seconds)
    {
        int length = Length(seconds);
        Span<byte> left = body.GetSpan(length);
        Append(ref left, _head);
        Append(ref left, status);
        if (seconds < 0)
        {
            Append(ref left, _never);
        }
        else
        {
            Append(ref left, _beforeDetailSeconds);
            Append(ref left, seconds);
            Append(ref left, _beforeSeconds);
            Append(ref left, seconds);
            Append(ref left, "}"u8);
        }

        body.Advance(length);
    }

    private static ProblemText OfQuota(string detail, string never, string violated) => new("quota-exceeded",
        "Request cannot be satisfied as assigned quota has been exceeded", detail, never, $",\"violated-policies\":{violated}");

    private static void Append(ref Span<byte> left, ReadOnlySpan<byte> part)
    {
        part.CopyTo(left);
        left = left[part.Length..];
    }

    private static void Append(ref Span<byte> left, long number)
    {
        Utf8Formatter.TryFormat(number, left, out int written);
        left = left[written..];
    }

    private static int Digits(long number)
    {
        int digits = 1;
        while ((number /= 10) > 0) digits++;
        return digits;
    }
}
