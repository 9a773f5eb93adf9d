using System.Globalization;
using Headgate.Server.Http;
using Headgate.Server.Load;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary>The JSON of a decision.</summary>
internal static class CheckAnswer
{
    /// <summary>Enough for every answer without a list.</summary>
    public const int Capacity = 384;

    private const string StoreDown = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";

    /// <summary>When to come again after a refusal by the load gate: by then the queue is another.</summary>
    private static readonly TimeSpan LoadPause = TimeSpan.FromSeconds(1);

    /// <summary>Writes a decision up to its closing brace, which is the caller's.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="lease">Under what permits are held; none for none.</param>
    /// <param name="outcome">What became of it at the load gate, which let it in.</param>
    /// <param name="clock">For a decision that no store took, and that has no time therefore.</param>
    public static void WriteOpen(ref AnswerBuffer json, in Decision decision, LeaseId lease, LoadOutcome outcome, TimeProvider clock)
    {
        long decidedAt = decision.Source is DecisionSource.FailOpen or DecisionSource.FailClosed ? Micros(clock) : decision.DecidedAtMicros;
        json.Write(decision.IsAllowed ? "{\"allowed\":true,\"remaining_requests\":"u8 : "{\"allowed\":false,\"remaining_requests\":"u8);
        json.Write(decision.Remaining);
        json.Write(",\"reset_time_seconds\":"u8);
        json.WriteSeconds(decidedAt + Micros(decision.ResetAfter));
        json.Write(",\"retry_after_seconds\":"u8);
        if (decision.RetryAfter < TimeSpan.Zero) json.Write("null"u8);
        else json.WriteSeconds(Micros(decision.RetryAfter));
        json.Write(outcome == LoadOutcome.Queued ? ",\"status\":\"queued\""u8 : ",\"status\":\"processed\""u8);
        if (decision.Delay > TimeSpan.Zero)
        {
            json.Write(",\"delay_seconds\":"u8);
            json.WriteSeconds(Micros(decision.Delay));
        }

        if (lease != LeaseId.None)
        {
            json.Write(",\"lease_id\":"u8);
            json.WriteText(lease.ToString());
        }

        if (decision.Source != DecisionSource.Store) json.Write(SourceOf(decision.Source));
    }

    /// <summary>Writes what the load gate's refusal is: nothing was decided, and nothing is known of what is left.</summary>
    public static void WriteRefused(ref AnswerBuffer json, LoadOutcome outcome, TimeProvider clock)
    {
        json.Write("{\"allowed\":false,\"remaining_requests\":0,\"reset_time_seconds\":"u8);
        json.WriteSeconds(Micros(clock) + Micros(LoadPause));
        json.Write(",\"retry_after_seconds\":"u8);
        json.WriteSeconds(Micros(LoadPause));
        json.Write(outcome == LoadOutcome.TimedOut ? ",\"status\":\"timed_out\"}"u8 : ",\"status\":\"rejected\"}"u8);
    }

    /// <summary>Answers a single request that the load gate refused: 503.</summary>
    public static void SendRefused(HttpContext context, LoadOutcome outcome, TimeProvider clock)
    {
        AnswerBuffer json = new(Capacity);
        try
        {
            WriteRefused(ref json, outcome, clock);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.RetryAfter = ProblemAnswer.WholeSeconds(LoadPause).ToString(CultureInfo.InvariantCulture);
            json.Send(context.Response);
        }
        finally
        {
            json.Dispose();
        }
    }

    /// <summary>Answers a request whose tenant wants nothing admitted while the store is away: 503, as every front of Headgate does.</summary>
    public static Task SendClosedAsync(HttpContext context, in Decision decision) =>
        ProblemAnswer.WriteAsync(context, new RequestRefusal(StatusCodes.Status503ServiceUnavailable,
            "The store of the limits cannot answer, and the tenant's on_store_failure is closed: nothing is admitted. Try again in a moment.")
        {
            Type = StoreDown,
            RetryAfter = decision.RetryAfter,
        });

    private static ReadOnlySpan<byte> SourceOf(DecisionSource source) => source switch
    {
        DecisionSource.DenyCache => ",\"source\":\"deny_cache\""u8,
        DecisionSource.FailOpen => ",\"source\":\"fail_open\""u8,
        DecisionSource.FailClosed => ",\"source\":\"fail_closed\""u8,
        _ => ",\"source\":\"fail_local\""u8,
    };

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    private static long Micros(TimeProvider clock) => Micros(clock.GetUtcNow() - DateTimeOffset.UnixEpoch);
}
