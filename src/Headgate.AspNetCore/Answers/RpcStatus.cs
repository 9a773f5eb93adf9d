using System.Text;

namespace Headgate.AspNetCore.Answers;

/// <summary>
/// The message <c>google.rpc.Status</c> with a <c>RetryInfo</c> and a <c>QuotaFailure</c>, written by hand: a dozen fields do not need a
/// protocol buffers library. Numbers of fields: googleapis, google/rpc/status.proto and error_details.proto.
/// </summary>
internal static class RpcStatus
{
    private const string TypePrefix = "type.googleapis.com/google.rpc.";

    public static byte[] Of(int code, string message, in Refusal refusal)
    {
        List<byte> status = [];
        Number(status, 1, code);
        Text(status, 2, message);
        if (refusal.Decision.RetryAfter != Timeout.InfiniteTimeSpan) Bytes(status, 3, Any("RetryInfo", RetryInfo(refusal.Decision.RetryAfter)));
        if (refusal is { StoreDown: false, Item: { } item }) Bytes(status, 3, Any("QuotaFailure", QuotaFailure(item.Label, message)));
        return [.. status];
    }

    /// <summary>retry_delay = 1: a Duration of seconds = 1 and nanos = 2. Exact, not rounded to seconds.</summary>
    private static List<byte> RetryInfo(TimeSpan retryAfter)
    {
        List<byte> duration = [];
        Number(duration, 1, retryAfter.Ticks / TimeSpan.TicksPerSecond);
        Number(duration, 2, retryAfter.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
        List<byte> info = [];
        Bytes(info, 1, duration);
        return info;
    }

    /// <summary>violations = 1: a subject = 1 and a description = 2. The subject is the limit; whose it is stays here.</summary>
    private static List<byte> QuotaFailure(string label, string message)
    {
        List<byte> violation = [];
        Text(violation, 1, "limit:" + label);
        Text(violation, 2, message);
        List<byte> failure = [];
        Bytes(failure, 1, violation);
        return failure;
    }

    private static List<byte> Any(string type, List<byte> value)
    {
        List<byte> any = [];
        Text(any, 1, TypePrefix + type);
        Bytes(any, 2, value);
        return any;
    }

    /// <summary>Zero is what a field is that is not there.</summary>
    private static void Number(List<byte> message, int field, long value)
    {
        if (value == 0) return;
        Varint(message, (ulong)(field << 3));
        Varint(message, (ulong)value);
    }

    private static void Text(List<byte> message, int field, string text) => Bytes(message, field, [.. Encoding.UTF8.GetBytes(text)]);

    private static void Bytes(List<byte> message, int field, List<byte> bytes)
    {
        Varint(message, (ulong)((field << 3) | 2));
        Varint(message, (ulong)bytes.Count);
        message.AddRange(bytes);
    }

    private static void Varint(List<byte> message, ulong value)
    {
        for (; value >= 0x80; value >>= 7) message.Add((byte)(value | 0x80));
        message.Add((byte)value);
    }
}
