namespace Headgate.Extensions.Configuration;

/// <summary>Finds what was meant by a name that is not known.</summary>
internal static class NearMiss
{
    public static string Advice(string name, IReadOnlyCollection<string> known)
    {
        string? near = name.Length > 40 ? null : known.MinBy(one => Distance(Folded(name), Folded(one)));
        string list = $"Known are {string.Join(", ", known)}.";
        return near is not null && Distance(Folded(name), Folded(near)) <= Math.Max(1, near.Length / 3) ? $"Did you mean '{near}'? {list}" : list;
    }

    /// <summary>The <c>OnStoreFailure</c> and <c>on-store-failure</c> of other conventions are near.</summary>
    private static string Folded(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Letters to change, put in or leave out.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }

        return row[b.Length];
    }
}
