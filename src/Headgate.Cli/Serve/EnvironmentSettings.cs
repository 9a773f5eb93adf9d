using System.Collections;

namespace Headgate.Cli.Serve;

/// <summary>Environment variables that begin with <c>HEADGATE_</c>.</summary>
internal static class EnvironmentSettings
{
    public const string Prefix = "HEADGATE_";

    /// <summary>Variables that are no flag of this command: the key that the service reads by itself, and what other commands and the tests read.</summary>
    private static readonly string[] Elsewhere = ["HEADGATE_ADMIN_KEY", "HEADGATE_KEY", "HEADGATE_URL", "HEADGATE_TEST_"];

    /// <summary>Kubernetes and Docker set such ones for a service that is called headgate.</summary>
    private static readonly string[] OfOrchestrators = ["HEADGATE_PORT", "HEADGATE_SERVICE_HOST", "HEADGATE_SERVICE_PORT", "HEADGATE_NAME", "HEADGATE_ENV_"];

    public static string VariableOf(string flag) => Prefix + flag.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>Those of this process.</summary>
    public static IReadOnlyDictionary<string, string> OfProcess() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(entry => ((string)entry.Key).StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    /// <summary>Variables that nobody reads: misspelt, or of another version.</summary>
    public static IEnumerable<string> Unknown(IEnumerable<string> variables, IEnumerable<string> known)
    {
        HashSet<string> all = new(known, StringComparer.Ordinal);
        return variables.Where(name => !all.Contains(name) && !IsOf(name, Elsewhere) && !IsOf(name, OfOrchestrators)).Order(StringComparer.Ordinal);
    }

    private static bool IsOf(string name, string[] beginnings) =>
        beginnings.Any(beginning => beginning.EndsWith('_') ? name.StartsWith(beginning, StringComparison.Ordinal)
            : name == beginning || name.StartsWith(beginning + "_", StringComparison.Ordinal));
}
