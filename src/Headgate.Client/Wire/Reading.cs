using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headgate.Client.Calls;

namespace Headgate.Client.Wire;

/// <summary>What answers say. What makes no sense is null: an answer that cannot be read is none.</summary>
internal static class Reading
{
    /// <summary>When to ask again where a refusal does not say.</summary>
    private static readonly TimeSpan UsualRetryAfter = TimeSpan.FromSeconds(1);

    public static T? Json<T>(Answer answer, JsonTypeInfo<T> type)
        where T : class
    {
        if (!answer.IsJson) return null;
        try
        {
            return JsonSerializer.Deserialize(answer.Body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>True for a 503 that says that nothing was decided, because of load.</summary>
    public static bool IsTurnedAway(Answer answer) => Json(answer, ServiceJson.Default.CheckAnswer) is { } read && TurnedAway(read) is not null;

    /// <summary>An answer to a check.</summary>
    /// <exception cref="HeadgateClientException">It is a refusal.</exception>
    public static CheckResult? Check(Answer answer)
    {
        if (answer.IsSuccess) return Json(answer, ServiceJson.Default.CheckAnswer) is { } read ? Decision(read) : null;
        return Busy(answer) ?? throw Refusal(answer);
    }

    /// <summary>An answer for as many items; each is a result or a refusal.</summary>
    /// <exception cref="HeadgateClientException">The batch is refused as a whole.</exception>
    public static BatchResult[]? Batch(Answer answer, int items)
    {
        if (!answer.IsSuccess)
        {
            CheckResult busy = Busy(answer) ?? throw Refusal(answer);
            return [.. Enumerable.Repeat(new BatchResult { Result = busy }, items)];
        }

        CheckAnswer?[]? read = Json(answer, ServiceJson.Default.BatchAnswer)?.Results;
        if (read is null || read.Length != items) return null;
        BatchResult[] results = new BatchResult[items];
        for (int i = 0; i < items; i++)
        {
            if (read[i] is not { } one || Item(one, answer) is not { } result) return null;
            results[i] = result;
        }

        return results;
    }

    public static HeadgateClientException Refusal(Answer answer)
    {
        CheckAnswer? problem = Json(answer, ServiceJson.Default.CheckAnswer);
        string said = problem?.Detail ?? (int)answer.Status switch
        {
            401 => "no key, or one that it does not know. Set ApiKey.",
            403 => "the key does not allow it.",
            >= 300 and < 400 => "go elsewhere. Set Endpoints to the address of the service itself.",
            _ => "no reason given. Look whether the address is that of the service.",
        };
        return new HeadgateClientException($"The service answered {(int)answer.Status}: {said}") { Status = answer.Status, Field = problem?.Field, Value = problem?.Value };
    }

    /// <summary>The service was asked and did not decide; null if it is something else.</summary>
    private static CheckResult? Busy(Answer answer)
    {
        if (answer.Status == HttpStatusCode.TooManyRequests) return new CheckResult { Status = CheckStatus.Rejected, RetryAfter = answer.RetryAfter ?? UsualRetryAfter };
        if (answer.Status != HttpStatusCode.ServiceUnavailable) return null;
        CheckAnswer? read = Json(answer, ServiceJson.Default.CheckAnswer);
        TimeSpan? retryAfter = answer.RetryAfter ?? (read?.RetryAfterSeconds is { } seconds ? Seconds.ToTime(seconds) : null);
        return new CheckResult { Status = (read is null ? null : TurnedAway(read)) ?? CheckStatus.Unavailable, RetryAfter = retryAfter ?? UsualRetryAfter };
    }

    private static BatchResult? Item(CheckAnswer item, Answer whole)
    {
        if (item.Error is not null || item.Allowed is null)
        {
            CheckAnswer problem = item.Error ?? item;
            if (problem.Detail is null) return null;
            HttpStatusCode status = problem.Status.ValueKind == JsonValueKind.Number && problem.Status.TryGetInt32(out int number) ? (HttpStatusCode)number : HttpStatusCode.BadRequest;
            // A store that is away is no mistake of the caller's.
            if (status == HttpStatusCode.ServiceUnavailable)
                return new BatchResult { Result = new CheckResult { Status = CheckStatus.Unavailable, RetryAfter = whole.RetryAfter ?? UsualRetryAfter } };
            return new BatchResult { Refusal = new HeadgateClientException(problem.Detail) { Status = status, Field = problem.Field, Value = problem.Value } };
        }

        return Decision(item) is { } result ? new BatchResult { Result = result } : null;
    }

    private static CheckResult? Decision(CheckAnswer read)
    {
        if (read.Allowed is not { } allowed) return null;
        CheckStatus status = TurnedAway(read) ?? (Word(read) switch
        {
            "queued" => CheckStatus.Queued,
            "unavailable" => CheckStatus.Unavailable,
            _ => CheckStatus.Processed,
        });
        TimeSpan? retryAfter = allowed ? TimeSpan.Zero : read.RetryAfterSeconds is { } seconds ? Seconds.ToTime(seconds) : Timeout.InfiniteTimeSpan;
        if (Seconds.ToTime(read.DelaySeconds ?? 0) is not { } delay || retryAfter is null || read.RemainingRequests < 0 || Seconds.ToInstant(read.ResetTimeSeconds ?? 0) is not { } reset) return null;
        return new CheckResult
        {
            IsAllowed = allowed,
            Remaining = read.RemainingRequests ?? 0,
            ResetAt = reset,
            RetryAfter = retryAfter.Value,
            Status = status,
            ServiceSource = SourceOf(read.Source),
            Delay = delay,
            LeaseId = read.LeaseId,
            DeniedBy = read.DeniedBy,
        };
    }

    private static DecisionSource SourceOf(string? name) => name switch
    {
        "deny_cache" => DecisionSource.DenyCache,
        "fail_open" => DecisionSource.FailOpen,
        "fail_closed" => DecisionSource.FailClosed,
        "fail_local" => DecisionSource.FailLocal,
        _ => DecisionSource.Store,
    };

    private static CheckStatus? TurnedAway(CheckAnswer read) => Word(read) switch
    {
        "rejected" => CheckStatus.Rejected,
        "timed_out" => CheckStatus.TimedOut,
        _ => null,
    };

    private static string? Word(CheckAnswer read) => read.Status.ValueKind == JsonValueKind.String ? read.Status.GetString() : null;
}
