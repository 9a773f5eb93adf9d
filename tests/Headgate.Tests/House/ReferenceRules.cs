using System.Xml.Linq;

namespace Headgate.Tests.House;

/// <summary>Who may know whom (ARCHITECTURE): for every project of src/, those it may reference. A project that is not here may not exist.</summary>
internal static class ReferenceRules
{
    private const string AspNetCore = "Microsoft.AspNetCore.App";

    private static readonly Dictionary<string, Allowed> Table = new(StringComparer.Ordinal)
    {
        ["Headgate"] = new([], []),
        ["Headgate.Extensions"] = new(["Headgate"], ["Microsoft.Extensions.", "System.Threading.RateLimiting", "YamlDotNet"]),
        ["Headgate.Redis"] = new(["Headgate", "Headgate.Extensions"], ["StackExchange.Redis", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions"]),
        ["Headgate.AspNetCore"] = new(["Headgate", "Headgate.Extensions"], ["Microsoft.Extensions.", "Microsoft.AspNetCore."], AspNetCore),
        ["Headgate.Http"] = new(["Headgate", "Headgate.Extensions"], ["Microsoft.Extensions."]),
        ["Headgate.Client"] = new(
            ["Headgate"],
            ["Microsoft.Extensions.Http", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions"]),
        ["Headgate.Server"] = new(
            ["Headgate", "Headgate.Extensions", "Headgate.Redis", "Headgate.AspNetCore"],
            // Of Redis the configuration that a fleet shares; limits go through Headgate.Redis. Of Swashbuckle the page to try the service, its files alone.
            ["Microsoft.Extensions.", "Microsoft.AspNetCore.", "StackExchange.Redis", "Swashbuckle.AspNetCore.SwaggerUI", "YamlDotNet", "Google.Protobuf", "Grpc.Tools", "OpenTelemetry"], AspNetCore),
        ["Headgate.Gateway"] = new(
            ["Headgate", "Headgate.Extensions", "Headgate.Redis", "Headgate.AspNetCore"],
            ["Microsoft.Extensions.", "Microsoft.AspNetCore.", "YamlDotNet", "Yarp.ReverseProxy", "OpenTelemetry"], AspNetCore),
        ["Headgate.Cli"] = new(
            ["Headgate", "Headgate.Extensions", "Headgate.Redis", "Headgate.AspNetCore", "Headgate.Http", "Headgate.Server", "Headgate.Gateway"],
            ["System.CommandLine", "Spectre.Console", "StackExchange.Redis", "YamlDotNet", "Microsoft.Extensions.", "OpenTelemetry"], AspNetCore),
    };

    /// <summary>Assemblies of the base framework that only compute: no I/O, no network, no logging, no other limiter.</summary>
    private static readonly string[] BaseFramework =
    [
        "System.Collections", "System.Collections.Concurrent", "System.Diagnostics.DiagnosticSource", "System.Linq", "System.Memory", "System.Runtime",
        "System.Runtime.InteropServices", "System.Runtime.Intrinsics", "System.Runtime.Numerics", "System.Security.Cryptography", "System.Threading",
        "System.Threading.Thread",
    ];

    /// <summary>Every breach in a project file.</summary>
    public static IEnumerable<string> InProject(string project, string xml)
    {
        if (!Table.TryGetValue(project, out Allowed? allowed))
        {
            yield return $"{project} is not in the table of projects: say there what it may reference";
            yield break;
        }

        XDocument document = XDocument.Parse(xml);
        foreach (string reference in Includes(document, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))))
        {
            if (!allowed.Projects.Contains(reference)) yield return $"{project} may not reference the project {reference}";
        }

        foreach (string package in Includes(document, "PackageReference"))
        {
            if (!Matches(allowed.Packages, package)) yield return $"{project} may not reference the package {package}";
        }

        bool isWeb = document.Root?.Attribute("Sdk")?.Value == "Microsoft.NET.Sdk.Web";
        foreach (string framework in Includes(document, "FrameworkReference").Concat(isWeb ? [AspNetCore] : []))
        {
            if (framework != allowed.Framework) yield return $"{project} may not reference the framework {framework}";
        }

        foreach (string file in Includes(document, "Reference")) yield return $"{project} may not reference the file {file}";
    }

    /// <summary>Every breach in what a project was compiled against: a reference through another project or a framework counts too.</summary>
    public static IEnumerable<string> InAssembly(string project, IEnumerable<string> references)
    {
        Allowed allowed = Table[project];
        foreach (string reference in references)
        {
            if (!IsFine(project, allowed, reference)) yield return $"{project} may not be compiled against {reference}";
        }
    }

    private static bool IsFine(string project, Allowed allowed, string reference)
    {
        if (project == "Headgate") return BaseFramework.Contains(reference);
        if (reference == "Headgate" || reference.StartsWith("Headgate.", StringComparison.Ordinal)) return allowed.Projects.Contains(reference);
        if (reference.StartsWith("StackExchange.", StringComparison.Ordinal)) return Matches(allowed.Packages, reference);
        if (reference.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)) return allowed.Framework == AspNetCore;
        return project != "Headgate.Redis" || !reference.StartsWith("System.Net.Http", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Includes(XDocument document, string item) =>
        document.Descendants().Where(e => e.Name.LocalName == item).Select(e => e.Attribute("Include")?.Value).OfType<string>();

    private static bool Matches(string[] packages, string package) =>
        packages.Any(p => p.EndsWith('.') ? package.StartsWith(p, StringComparison.Ordinal) : package == p || package.StartsWith(p + ".", StringComparison.Ordinal));

    /// <param name="Projects">Projects of this repository.</param>
    /// <param name="Packages">Packages; one that ends with a dot stands for all that start so.</param>
    /// <param name="Framework">A shared framework beside the base one.</param>
    private sealed record Allowed(string[] Projects, string[] Packages, string? Framework = null);
}
