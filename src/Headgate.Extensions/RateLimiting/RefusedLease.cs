using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>No permits, and why not.</summary>
internal sealed class RefusedLease : RateLimitLease
{
    /// <summary>Not decided: the caller has to ask by the other way.</summary>
    public static readonly RefusedLease Undecided = new("Not decided here: this limit is decided by AcquireAsync.");

    /// <summary>The limiter was disposed while the caller waited.</summary>
    public static readonly RefusedLease Closed = new("The limiter was disposed while waiting.");

    private static readonly string[] ReasonOnly = [MetadataName.ReasonPhrase.Name];
    private static readonly string[] Never = [MetadataName.ReasonPhrase.Name, HeadgateMetadata.Decision.Name];
    private static readonly string[] Later = [MetadataName.RetryAfter.Name, MetadataName.ReasonPhrase.Name, HeadgateMetadata.Decision.Name];

    private readonly Decision _decision;
    private readonly string? _reason;

    /// <summary>A refusal by a limit.</summary>
    public RefusedLease(in Decision decision) => _decision = decision;

    private RefusedLease(string reason) => _reason = reason;

    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames => _reason is not null ? ReasonOnly : _decision.RetryAfter > TimeSpan.Zero ? Later : Never;

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = null;
        if (metadataName == MetadataName.ReasonPhrase.Name) metadata = _reason ?? Reason();
        else if (_reason is not null) return false;
        else if (metadataName == MetadataName.RetryAfter.Name && _decision.RetryAfter > TimeSpan.Zero) metadata = _decision.RetryAfter;
        else if (metadataName == HeadgateMetadata.Decision.Name) metadata = _decision;
        return metadata is not null;
    }

    private string Reason() => _decision switch
    {
        { Source: DecisionSource.FailClosed } => "The limit's store does not answer.",
        { RetryAfter: var time } when time == Timeout.InfiniteTimeSpan => $"The cost is more than {_decision.DecidedBy} ever has.",
        { DecidedBy: null } => "The limit is reached.",
        _ => $"The limit {_decision.DecidedBy} is reached.",
    };
}
