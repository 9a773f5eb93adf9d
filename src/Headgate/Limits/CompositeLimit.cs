namespace Headgate;

/// <summary>Several limits charged together or not at all; see <see cref="Limit.AllOf"/>.</summary>
public sealed record CompositeLimit : Limit
{
    private readonly Limit[] _limits;
    private readonly int _depth;

    internal CompositeLimit(Limit[] limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (limits.Length == 0)
            throw new ArgumentException("all_of has no limits; it must have 1 to 32. Name at least one.", nameof(limits));
        if (Array.IndexOf(limits, null) is >= 0 and int at)
            throw new ArgumentException($"limits[{at}] is null; every limit must be given. Leave it out instead.", nameof(limits));
        _limits = [.. limits];

        _depth = 1 + limits.Max(limit => limit is CompositeLimit inner ? inner._depth : 0);
        if (_depth > LimitBounds.MaxCompositeDepth)
        {
            throw new ArgumentOutOfRangeException(nameof(limits), _depth,
                $"all_of is nested {_depth} levels deep; it must be at most {LimitBounds.MaxCompositeDepth}. Use one all_of for all of them.");
        }

        int count = Leaves.Length;
        if (count > LimitBounds.MaxLimitsInComposite)
        {
            throw new ArgumentOutOfRangeException(nameof(limits), count,
                $"all_of has {count} limits; it must have 1 to {LimitBounds.MaxLimitsInComposite}. Use fewer.");
        }

        CheckIdentities(nameof(limits));
    }

    /// <summary>The limits, in the order given; some may be composites themselves.</summary>
    public IReadOnlyList<Limit> Limits => _limits;

    internal override string Kind => "all_of";

    internal override string Numbers => string.Join("; ", (IEnumerable<Limit>)_limits);

    /// <inheritdoc/>
    public bool Equals(CompositeLimit? other) => base.Equals(other) && _limits.AsSpan().SequenceEqual(other!._limits);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(base.GetHashCode());
        foreach (Limit limit in _limits) hash.Add(limit);
        return hash.ToHashCode();
    }

    /// <summary>In a named composite an unnamed limit is known by its kind and place, so that its numbers may change (law 12).</summary>
    private protected override LimitLeaf[] Flatten()
    {
        List<LimitLeaf> leaves = [];
        for (int i = 0; i < _limits.Length; i++)
        {
            foreach (LimitLeaf leaf in _limits[i].Leaves)
            {
                bool placed = Name is not null && leaf.Identity.StartsWith($"{leaf.Limit.Kind}|u|", StringComparison.Ordinal);
                leaves.Add(leaf with
                {
                    Identity = placed ? $"{leaf.Limit.Kind}|p|{leaves.Count}|{Name}" : leaf.Identity,
                    Shadow = leaf.Shadow || Shadow,
                });
            }
        }

        return [.. leaves];
    }

    /// <summary>Asked again when the name changes: unnamed parts are known by it.</summary>
    private protected override void CheckIdentities(string parameter)
    {
        HashSet<string> identities = new(StringComparer.Ordinal);
        foreach (LimitLeaf leaf in Flatten())
        {
            if (!identities.Add(leaf.Identity))
            {
                throw new ArgumentException(
                    $"all_of has {leaf.Label} twice, and they would be one state charged twice. Leave one out, or give them different names.", parameter);
            }
        }
    }
}
