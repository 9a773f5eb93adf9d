using Headgate.AspNetCore.Answers;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore;

/// <summary>A refusal on its way to the client. Lives as long as the request; not for several threads at once.</summary>
public sealed class RefusalContext
{
    private readonly AnswerWriter _writer;

    internal RefusalContext(AnswerWriter writer, HttpContext context, in Refusal refusal, string? policy)
    {
        _writer = writer;
        Refusal = refusal;
        HttpContext = context;
        Policy = policy;
        ViolatedPolicies = refusal.Item is { } item ? [item.Label] : [];
    }

    /// <summary>The request and its response. Status and header fields of the response are set; it has not started.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The decision; not allowed.</summary>
    public Decision Decision => Refusal.Decision;

    /// <summary>The name of the policy that refused; null if none did, because the store could not be asked.</summary>
    public string? Policy { get; }

    /// <summary>The limits that refused, by the names they have in <c>RateLimit-Policy</c>; none if the store could not be asked.</summary>
    public IReadOnlyList<string> ViolatedPolicies { get; }

    /// <summary>How long the client should wait, in whole seconds, rounded up, at least 1; null if no wait helps.</summary>
    public long? RetryAfterSeconds => Refusal.WaitSeconds < 0 ? null : Refusal.WaitSeconds;

    /// <summary>True for a gRPC or gRPC-Web call: its status is the field <c>grpc-status</c>, and it has no body.</summary>
    public bool IsGrpc => Refusal.Grpc != GrpcKind.None;

    internal Refusal Refusal { get; }

    /// <summary>True once <see cref="AnswerOptions.WriteBody"/> has been asked.</summary>
    internal bool IsReplacingBody { get; set; }

    /// <summary>
    /// Writes the body that the options say, with its type and length; nothing for HEAD requests and gRPC calls. Called by
    /// <see cref="AnswerOptions.WriteBody"/>, it writes <see cref="AnswerOptions.Body"/>.
    /// </summary>
    public ValueTask WriteDefaultBodyAsync() => _writer.WriteBodyAsync(this);
}
