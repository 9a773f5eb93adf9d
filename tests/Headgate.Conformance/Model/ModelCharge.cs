using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>The charges of a list on one state: equal ones added up, composites taken apart.</summary>
/// <param name="State">The identity of the state.</param>
/// <param name="Limit">The plain limit.</param>
/// <param name="Label">What decisions call it: its name, else its text.</param>
/// <param name="Shadow">Reported, not enforced.</param>
/// <param name="Cost">The sum.</param>
public sealed record ModelCharge(ModelKey State, Limit Limit, string Label, bool Shadow, BigInteger Cost)
{
    /// <summary>A list as charges on distinct states, in the order of their first mention.</summary>
    public static List<ModelCharge> Expand(IReadOnlyList<Charge> charges)
    {
        List<ModelCharge> expanded = [];
        foreach (Charge charge in charges)
        {
            foreach (ModelCharge part in Parts(charge, charge.Limit, shadow: false, place: null))
            {
                int same = expanded.FindIndex(other => other.State == part.State);
                if (same < 0) expanded.Add(part);
                else expanded[same] = expanded[same] with { Cost = expanded[same].Cost + part.Cost };
            }
        }

        return expanded;
    }

    /// <param name="charge">The charge.</param>
    /// <param name="limit">Its limit, or a part of it.</param>
    /// <param name="shadow">True if what it is a part of is a shadow.</param>
    /// <param name="place">The identity of an unnamed part of a named composite: its name and the place in it.</param>
    private static IEnumerable<ModelCharge> Parts(Charge charge, Limit limit, bool shadow, string? place)
    {
        shadow |= limit.Shadow;
        if (limit is CompositeLimit composite)
        {
            int index = 0;
            foreach (Limit part in composite.Limits)
            {
                string? partPlace = composite.Name is null ? place is null ? null : place + "." : $"{composite.Name}#";
                foreach (ModelCharge leaf in Parts(charge, part, shadow, partPlace is null ? null : partPlace + index))
                {
                    index++;
                    yield return leaf;
                }
            }

            yield break;
        }

        string numbers = (limit with { Name = null, Shadow = false }).ToString();
        string identity = limit.Name is not null ? $"named {limit.Name}" : place is not null ? $"placed {place}" : $"unnamed {numbers}";
        ModelKey key = new(charge.Namespace ?? "", limit.GetType(), identity, charge.Key);
        yield return new ModelCharge(key, limit, limit.Name ?? limit.ToString(), shadow, charge.Cost);
    }
}

/// <summary>Whose permits of what: equal for one state, different for two.</summary>
public sealed record ModelKey(string Namespace, Type Kind, string Identity, string Key);
