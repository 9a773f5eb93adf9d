namespace Headgate.Extensions.Configuration;

/// <summary>Routes may ask for policies that others define: the code, or another file.</summary>
internal static class PolicyReferences
{
    private const int MostShown = 20;

    public static IEnumerable<HeadgateConfigurationError> Unknown(ConfigurationReading reading, IReadOnlySet<string> known)
    {
        foreach ((string policy, HeadgateConfigurationError place) in reading.References)
        {
            if (known.Contains(policy)) continue;
            string more = known.Count > MostShown ? $" and {known.Count - MostShown} more" : "";
            string list = known.Count == 0 ? "There are none." : $"Known are {string.Join(", ", known.Order(StringComparer.Ordinal).Take(MostShown).Select(name => Printable.Of(name)))}{more}.";
            yield return place with { Message = $"the policy '{Printable.Of(policy)}' is not known. {list}" };
        }
    }
}
