namespace Headgate.AspNetCore;

/// <summary>What happens to a request whose caller no part of a policy's key identifies.</summary>
public enum NoIdentity
{
    /// <summary>All of them share one key, and so one limit: the default.</summary>
    SharedBucket,

    /// <summary>The request is refused.</summary>
    Refuse,

    /// <summary>The policy does not apply. Whoever can leave out what identifies a caller goes unlimited.</summary>
    Exempt,
}
