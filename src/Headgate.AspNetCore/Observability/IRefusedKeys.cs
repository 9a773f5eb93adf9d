namespace Headgate.AspNetCore.Observability;

/// <summary>The keys that are refused most, of those refused in the last one to two hours. Safe for any number of threads.</summary>
internal interface IRefusedKeys
{
    /// <summary>The most refused keys, most refused first.</summary>
    /// <param name="count">How many at most, 0 or more.</param>
    IReadOnlyList<RefusedKey> Top(int count);
}
