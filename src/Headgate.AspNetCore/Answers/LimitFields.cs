using Headgate.Extensions.Policies;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Answers;

/// <summary>What is known of a limit before anybody asks: its items and the text of its policies. Immutable; kept where the limit is.</summary>
internal sealed class LimitFields
{
    private readonly LimitItem[] _enforced;
    private readonly LimitItem[] _shadows;

    private LimitFields(Limit limit, IFieldText text)
    {
        Text = text;
        _enforced = LimitItem.Of(limit, inShadow: false);
        _shadows = LimitItem.Of(limit, inShadow: true);
        Policy = _enforced.Length == 0 ? StringValues.Empty : string.Join(", ", _enforced.Select(text.Policy));
    }

    public IFieldText Text { get; }

    /// <summary>True if it is one plain limit: then all that a decision over it says is said of this one.</summary>
    public bool IsPlain => _enforced.Length + _shadows.Length == 1;

    /// <summary>The value of <c>RateLimit-Policy</c>; empty if nothing is enforced.</summary>
    public StringValues Policy { get; }

    public static LimitFields Of(ActiveLimit limit, IFieldText text)
    {
        if (limit.Front is LimitFields known && ReferenceEquals(known.Text, text)) return known;
        LimitFields fields = new(limit.Limit, text);
        limit.Front = fields;
        return fields;
    }

    /// <summary>The enforced limit of that label, or null.</summary>
    public LimitItem? Find(string? label) => Find(_enforced, label);

    /// <summary>The limit in shadow of that label, or null.</summary>
    public LimitItem? FindShadow(string? label) => Find(_shadows, label);

    private static LimitItem? Find(LimitItem[] items, string? label)
    {
        if (label is null) return null;
        foreach (LimitItem item in items)
        {
            if (item.IsCalled(label)) return item;
        }

        return null;
    }
}
