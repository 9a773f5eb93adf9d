using System.Text.RegularExpressions;

namespace Headgate.Tests.House;

/// <summary>What a file of src/ may say. A path is from the root: src/Project/Folder/File.cs.</summary>
internal static partial class SourceRules
{
    private const int MostLines = 500;

    /// <summary>Folders of Headgate whose types, the internal ones too, stand in the namespace of the public surface that they make up.</summary>
    private static readonly string[] SurfaceFolders = ["Limits", "Stores", "Policies"];

    public static IEnumerable<string> In(string path, string text)
    {
        string[] parts = path.Split('/');
        string code = WithoutComments(text);
        foreach (string breach in Length(path, text).Concat(Place(path, parts, code)).Concat(Terms(path, parts, code))) yield return breach;
        if (parts.Length > 3 && parts[1] == "Headgate" && parts[2] == "Algorithms")
        {
            foreach (string breach in Purity(path, code)) yield return breach;
        }
    }

    private static IEnumerable<string> Length(string path, string text)
    {
        int lines = text.AsSpan().TrimEnd().Count('\n') + 1;
        if (lines > MostLines) yield return $"{path} has {lines} lines; at most {MostLines}";
    }

    /// <summary>An algorithm is a function of state, limit, now and cost: it asks no clock, keeps no lock and knows no store.</summary>
    private static IEnumerable<string> Purity(string path, string code)
    {
        foreach (Match match in Impure().Matches(code)) yield return $"{path} names {match.Value}: algorithms use no clock, no store and no lock";
    }

    /// <summary>Where extension methods are found without a using that names Headgate's part.</summary>
    private static readonly string[] WhereUsersAre = ["Headgate", "Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Builder"];

    /// <summary>
    /// The namespace of an internal type is its folder; public types of Headgate stand in Headgate, those of another project in its name.
    /// Extension methods may stand where users look for them.
    /// </summary>
    private static IEnumerable<string> Place(string path, string[] parts, string code)
    {
        Match declared = Namespace().Match(code);
        if (!declared.Success) yield break;
        string folder = string.Join('.', parts[1..^1]);
        bool isSurface = parts[1] == "Headgate" && parts.Length > 3 && SurfaceFolders.Contains(parts[2]);
        foreach (Match type in TopLevelType().Matches(code))
        {
            bool isPublic = type.Groups["access"].Value == "public";
            string expected = isSurface || (isPublic && parts[1] == "Headgate") ? "Headgate" : folder;
            string found = declared.Groups["name"].Value;
            if (isPublic && type.Groups["name"].Value.EndsWith("Extensions", StringComparison.Ordinal) && WhereUsersAre.Contains(found)) continue;
            if (isPublic && found == parts[1]) continue;
            if (declared.Groups["name"].Value != expected) yield return $"{path} declares {type.Groups["name"].Value} in {declared.Groups["name"].Value}; it belongs in {expected}";
        }
    }

    /// <summary>Tenants exist where requests are told apart and above, and a concrete store is chosen where things are put together only.</summary>
    private static IEnumerable<string> Terms(string path, string[] parts, string code)
    {
        if (parts[1] is "Headgate" or "Headgate.Redis" or "Headgate.Http" && code.Contains("tenant", StringComparison.OrdinalIgnoreCase))
            yield return $"{path} says tenant: those who only decide do not know what that is";
        bool putsTogether = parts[1] is "Headgate" or "Headgate.Redis" or "Headgate.Cli" || parts[^1] == "Program.cs" || parts[^1].EndsWith("Extensions.cs", StringComparison.Ordinal);
        if (!putsTogether && ConcreteStore().Match(code) is { Success: true } store)
            yield return $"{path} names {store.Value}: only Program.cs and AddX extensions choose a store";
    }

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(TimeProvider|StoreClock|DateTime|DateTimeOffset|Stopwatch|Lock|Interlocked|Monitor|SpinLock|SpinGate|Semaphore|SemaphoreSlim|Mutex|Volatile|lock|IRateLimitStore|MemoryStore|Task|ValueTask|Thread|Headgate\.Memory|System\.Threading|System\.IO|System\.Net)\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?<access>public|internal)(?: (?:static|sealed|abstract|readonly|ref|partial|unsafe))* (?:class|struct|interface|enum|record(?: struct| class)?) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"\b(MemoryStore|RedisStore)\b")]
    private static partial Regex ConcreteStore();
}
