using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Answers;

/// <summary>A refusal as gRPC tells it: HTTP 200 and a status in the header fields of an answer that consists of nothing else ("trailers only").</summary>
internal static class GrpcAnswer
{
    private const int InvalidArgument = 3;
    private const int PermissionDenied = 7;
    private const int ResourceExhausted = 8;
    private const int Unavailable = 14;

    public static void Write(HttpResponse response, in Refusal refusal)
    {
        int code = refusal.StoreDown ? Unavailable : ResourceExhausted;
        string message = MessageOf(refusal);
        WriteStatus(response, refusal.Grpc, code, message);
        IHeaderDictionary headers = response.Headers;
        headers["grpc-status-details-bin"] = Convert.ToBase64String(RpcStatus.Of(code, message, refusal)).TrimEnd('=');
        headers["grpc-retry-pushback-ms"] = Pushback(refusal.Decision.RetryAfter);
    }

    /// <summary>A call for which there is no room now.</summary>
    public static void WriteBusy(HttpResponse response, GrpcKind kind, TimeSpan retryAfter)
    {
        WriteStatus(response, kind, Unavailable, "The service is at its capacity.");
        response.Headers["grpc-retry-pushback-ms"] = Pushback(retryAfter);
    }

    /// <summary>A call that is refused for what it says of itself, and not for a limit.</summary>
    public static void WriteInvalid(HttpResponse response, GrpcKind kind, bool isUnidentified, string message) =>
        WriteStatus(response, kind, isUnidentified ? PermissionDenied : InvalidArgument, message);

    private static void WriteStatus(HttpResponse response, GrpcKind kind, int code, string message)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = kind switch
        {
            GrpcKind.Web => "application/grpc-web+proto",
            GrpcKind.WebText => "application/grpc-web-text+proto",
            _ => "application/grpc",
        };
        response.Headers["grpc-status"] = code.ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Percent(message);
    }

    /// <summary>
    /// For clients with a retry policy: the milliseconds after which they retry in place of their own backoff, or -1 for no retry. A number that
    /// does not fit 32 bits would mean no retry too.
    /// </summary>
    private static string Pushback(TimeSpan retryAfter)
    {
        if (retryAfter == Timeout.InfiniteTimeSpan) return "-1";
        long milliseconds = (retryAfter.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return milliseconds > int.MaxValue ? "-1" : Math.Max(1, milliseconds).ToString(CultureInfo.InvariantCulture);
    }

    private static string MessageOf(in Refusal refusal)
    {
        if (refusal.StoreDown) return "The rate limit cannot be checked at the moment.";
        string limit = refusal.Item is { } item ? $"The limit '{item.Label}' is reached." : "The rate limit is reached.";
        if (refusal.WaitSeconds >= 0) return string.Create(CultureInfo.InvariantCulture, $"{limit} Try again in {refusal.WaitSeconds} s.");
        return refusal.Item is { } never ? $"This call costs more than the limit '{never.Label}' ever admits." : "This call can never be admitted.";
    }

    /// <summary>Everything but printable ASCII, and the percent sign, as percent and two digits of each byte of UTF-8.</summary>
    private static string Percent(string message)
    {
        StringBuilder text = new(message.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(message))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%') text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }
}
