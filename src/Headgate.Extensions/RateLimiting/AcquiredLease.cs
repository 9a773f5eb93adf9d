using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>Permits were granted, and there is nothing to give back.</summary>
internal class AcquiredLease : RateLimitLease
{
    /// <summary>Shared by all who asked for no description.</summary>
    public static readonly AcquiredLease Bare = new(null);

    private static readonly string[] DecisionName = [HeadgateMetadata.Decision.Name];
    private readonly Decision? _description;

    public AcquiredLease(Decision? description) => _description = description;

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => _description is null ? [] : DecisionName;

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        bool has = _description is not null && metadataName == HeadgateMetadata.Decision.Name;
        metadata = has ? _description : null;
        return has;
    }
}

/// <summary>Permits that may go back when the lease is disposed; the first disposal counts.</summary>
internal abstract class ReturnableLease(Decision? description) : AcquiredLease(description)
{
    private int _returned;

    /// <summary>Must not block: nobody can wait for it here.</summary>
    protected abstract void Return();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _returned, 1) == 0) Return();
        base.Dispose(disposing);
    }
}
