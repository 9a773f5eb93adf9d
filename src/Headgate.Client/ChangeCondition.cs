namespace Headgate.Client;

/// <summary>When a change of the configuration is to be made, so that two editors do not overwrite each other. An immutable value.</summary>
public readonly record struct ChangeCondition
{
    private ChangeCondition(string? ifMatch, string? ifNoneMatch) => (IfMatch, IfNoneMatch) = (ifMatch, ifNoneMatch);

    /// <summary>Always: the last one wins. Such a change is never sent twice, so a connection that breaks leaves it open whether it was made.</summary>
    public static ChangeCondition Always => default;

    /// <summary>Only if it is not there yet.</summary>
    public static ChangeCondition New { get; } = new(null, "*");

    /// <summary>Only if it has not changed since it was read.</summary>
    /// <param name="etag">The <see cref="Versioned{T}.ETag"/> of what was read; that of its tenant or of the whole configuration will do too.</param>
    /// <exception cref="ArgumentException">It is no ETag.</exception>
    public static ChangeCondition Unchanged(string etag)
    {
        ArgumentException.ThrowIfNullOrEmpty(etag);
        if (etag is not ['"', .., '"'] || etag.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException("The ETag must stand in double quotes, such as \"7\". Use the ETag of what was read as it is.", nameof(etag));
        return new ChangeCondition(etag, null);
    }

    internal string? IfMatch { get; }

    internal string? IfNoneMatch { get; }

    /// <summary>True if a change that has been made would not be made again.</summary>
    internal bool IsRepeatable => IfMatch is not null || IfNoneMatch is not null;
}
