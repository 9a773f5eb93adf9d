namespace Headgate.Conformance.Model;

/// <summary>Finds by trying what an implementation finds by arithmetic.</summary>
public static class Search
{
    /// <summary>Longer than an overfull bucket and a clock that is behind can take together.</summary>
    private const long Most = (1L << 62) + (1L << 60);

    /// <summary>
    /// The smallest d from 0 at which <paramref name="holds"/>, which must stay true once it is. Doubles until it holds, then halves.
    /// </summary>
    /// <exception cref="InvalidOperationException">It does not hold up to 2^62 + 2^60.</exception>
    public static long First(Func<long, bool> holds)
    {
        if (holds(0)) return 0;
        long below = 0;
        long above = 1;
        while (!holds(above))
        {
            below = above;
            if (above == Most) throw new InvalidOperationException("It never holds.");
            above = above < 1L << 62 ? above * 2 : Most;
        }

        while (above - below > 1)
        {
            long middle = below + ((above - below) / 2);
            if (holds(middle)) above = middle;
            else below = middle;
        }

        return above;
    }
}
