using System.IO.Pipelines;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Answers;

/// <summary>Tells clients of decisions: fields on every answer, and the whole answer where a request is refused. Safe for any number of threads.</summary>
internal sealed class AnswerWriter
{
    private readonly AnswerOptions _options;
    private readonly bool _writes;
    private readonly IFieldText _text;
    private readonly ValueCache _values;
    private readonly JoinedPolicies _joined;
    private readonly NumberText _numbers = new();

    public AnswerWriter(AnswerOptions options)
    {
        _options = options;
        _writes = options.RateLimitFields || options.LegacyFields != LegacyFields.None || options.ShadowHeader is not null;
        _text = options.FieldsVersion switch
        {
            FieldsVersion.Draft11 => Draft11Text.Instance,
            _ => throw new NotSupportedException($"There is no text of the fields for {options.FieldsVersion}."),
        };
        _values = new ValueCache(_text);
        _joined = new JoinedPolicies(_text);
    }

    /// <summary>Sets the fields of an answer to a request with one limit, in place of what was there. Does nothing once the response has started.</summary>
    public void WriteFields(HttpContext context, ActiveLimit limit, in Decision decision)
    {
        HttpResponse response = context.Response;
        if (!_writes || response.HasStarted) return;
        LimitFields fields = LimitFields.Of(limit, _text);
        Write(response.Headers, fields.Policy, DeciderOf(fields, decision), fields, fields.IsPlain, decision);
    }

    /// <summary>Sets the fields of an answer to a request with several limits.</summary>
    public void WriteFields(HttpContext context, ReadOnlySpan<ActiveLimit> limits, in Decision decision)
    {
        HttpResponse response = context.Response;
        if (!_writes || limits.IsEmpty || response.HasStarted) return;
        if (limits.Length == 1)
        {
            WriteFields(context, limits[0], decision);
            return;
        }

        LimitItem? decider = null;
        LimitFields? shadowed = null;
        foreach (ActiveLimit limit in limits)
        {
            LimitFields fields = LimitFields.Of(limit, _text);
            decider ??= DeciderOf(fields, decision);
            if (shadowed is null && decision.ShadowDeniedBy is not null && fields.FindShadow(decision.ShadowDeniedBy) is not null) shadowed = fields;
        }

        Write(response.Headers, _joined.Of(limits), decider, shadowed, isAlone: false, decision);
    }

    /// <summary>Answers a request that was denied, whole.</summary>
    /// <param name="context">The request. If its response has started it is aborted: what was sent of it must not look complete.</param>
    /// <param name="policies">The policies that apply to it.</param>
    /// <param name="limits">The limit that each of them has for the caller.</param>
    /// <param name="decision">The denial.</param>
    public ValueTask RefuseAsync(HttpContext context, IReadOnlyList<ActivePolicy> policies, IReadOnlyList<ActiveLimit> limits, Decision decision)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return default;
        }

        LimitItem? item = null;
        int place = 0;
        for (; place < limits.Count && item is null; place++) item = DeciderOf(LimitFields.Of(limits[place], _text), decision);
        Refusal refusal = new(decision, item, WholeSeconds.ToWait(decision), GrpcKinds.Of(context.Request));
        RefusalHeaders(response, refusal);
        WriteFields(context, limits, decision);

        if (_options is { OnRefused: null, StatusOf: null, SetHeaders: null, WriteBody: null }) return WriteBodyAsync(context, refusal);
        string? policy = item is null || place > policies.Count ? null : policies[place - 1].Name;
        return AskDelegates(new RefusalContext(this, context, refusal, policy));
    }

    /// <summary>The body that the options say: by their delegate, which may ask for the one that it replaces.</summary>
    internal ValueTask WriteBodyAsync(RefusalContext refused)
    {
        if (_options.WriteBody is not { } write || refused.IsReplacingBody || refused.IsGrpc || HttpMethods.IsHead(refused.HttpContext.Request.Method))
            return WriteBodyAsync(refused.HttpContext, refused.Refusal);
        refused.IsReplacingBody = true;
        return write(refused);
    }

    private static LimitItem? DeciderOf(LimitFields fields, in Decision decision) =>
        decision.Source is DecisionSource.FailOpen or DecisionSource.FailClosed ? null : fields.Find(decision.DecidedBy);

    private static ValueTask FlushAsync(PipeWriter body)
    {
        ValueTask<FlushResult> flush = body.FlushAsync();
        if (!flush.IsCompletedSuccessfully) return Await(flush);
        _ = flush.Result;
        return default;

        static async ValueTask Await(ValueTask<FlushResult> flush) => await flush.ConfigureAwait(false);
    }

    private ValueTask AskDelegates(RefusalContext refused)
    {
        if (_options.StatusOf is { } statusOf && !refused.IsGrpc)
            refused.HttpContext.Response.StatusCode = AnswerOptions.CheckStatus(statusOf(refused), nameof(AnswerOptions.StatusOf));
        _options.SetHeaders?.Invoke(refused);
        return _options.OnRefused is { } takeOver ? takeOver(refused) : WriteBodyAsync(refused);
    }

    private void WriteFields(HttpContext context, IReadOnlyList<ActiveLimit> limits, in Decision decision)
    {
        if (limits is ActiveLimit[] array) WriteFields(context, array.AsSpan(), decision);
        else if (limits.Count == 1) WriteFields(context, limits[0], decision);
        else WriteFields(context, [.. limits], decision);
    }

    private void Write(IHeaderDictionary headers, StringValues policies, LimitItem? decider, LimitFields? shadowed, bool isAlone, in Decision decision)
    {
        TimeSpan time = decider?.QuotaTime(decision, isAlone) ?? TimeSpan.Zero;
        if (_options.RateLimitFields)
        {
            headers[FieldNames.RateLimitPolicy] = policies;
            headers[FieldNames.RateLimit] = decider is null ? StringValues.Empty : _values.Of(decider, decision.Remaining, WholeSeconds.Up(time));
        }

        if (_options.LegacyFields != LegacyFields.None) WriteLegacy(headers, decider is not null, time == TimeSpan.Zero ? decision.ResetAfter : time, decision);
        if (_options.ShadowHeader is { } shadow && decision.ShadowDeniedBy is { } label)
            headers[shadow] = shadowed?.FindShadow(label)?.Quoted ?? StructuredText.String(label);
    }

    private void WriteLegacy(IHeaderDictionary headers, bool decided, TimeSpan time, in Decision decision)
    {
        if (!decided)
        {
            headers.Remove(FieldNames.LegacyLimit);
            headers.Remove(FieldNames.LegacyRemaining);
            headers.Remove(FieldNames.LegacyReset);
            return;
        }

        headers[FieldNames.LegacyLimit] = _numbers.Of(decision.Limit);
        headers[FieldNames.LegacyRemaining] = _numbers.Of(decision.Remaining);
        headers[FieldNames.LegacyReset] = _numbers.Of(_options.LegacyFields == LegacyFields.ResetAtUnixTime
            ? WholeSeconds.UnixTime(decision, time)
            : WholeSeconds.Up(time));
    }

    private void RefusalHeaders(HttpResponse response, in Refusal refusal)
    {
        IHeaderDictionary headers = response.Headers;
        // They would describe the answer that the request does not get.
        if (headers.Count > 0)
        {
            headers.ETag = default;
            headers.LastModified = default;
            headers.Expires = default;
            headers.ContentEncoding = default;
            headers.ContentLength = null;
        }

        headers.CacheControl = "no-store";
        if (_options.RetryAfter) headers.RetryAfter = refusal.WaitSeconds < 0 ? default(StringValues) : _numbers.Of(refusal.WaitSeconds);
        if (refusal.Grpc != GrpcKind.None) GrpcAnswer.Write(response, refusal);
        else response.StatusCode = refusal.StoreDown ? StatusCodes.Status503ServiceUnavailable : _options.StatusCode;
    }

    private ValueTask WriteBodyAsync(HttpContext context, in Refusal refusal)
    {
        HttpResponse response = context.Response;
        if (refusal.Grpc != GrpcKind.None || _options.Body.IsEmpty || response.HasStarted) return default;
        bool head = HttpMethods.IsHead(context.Request.Method);
        RefusalBody body = _options.Body;
        BodyTemplate? template = body.HtmlTemplate is { } html && HtmlPreference.Of(context.Request) ? html : body.JsonTemplate;
        if (template is not null)
        {
            byte[] filled = template.Fill(refusal.Decision, response.StatusCode);
            response.ContentType = template.ContentType;
            response.ContentLength = filled.Length;
            return head ? default : new ValueTask(response.Body.WriteAsync(filled, 0, filled.Length, CancellationToken.None));
        }

        ProblemText problem = refusal.Problem;
        response.ContentType = ProblemText.ContentType;
        response.ContentLength = problem.Length(refusal.WaitSeconds);
        if (head) return default;
        problem.Write(response.BodyWriter, response.StatusCode, refusal.WaitSeconds);
        return FlushAsync(response.BodyWriter);
    }
}
