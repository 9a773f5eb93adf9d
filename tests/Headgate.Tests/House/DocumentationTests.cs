using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Headgate.Tests.House;

/// <summary>Everything public carries a summary, or inherits one.</summary>
public class DocumentationTests
{
    [Fact]
    public void Every_public_type_and_member_is_documented()
    {
        XDocument docs = XDocument.Load(Path.ChangeExtension(typeof(Limiter).Assembly.Location, ".xml"));
        List<string> undocumented = [.. Undocumented(typeof(Limiter).Assembly.GetExportedTypes(), docs)];
        Assert.Empty(undocumented);
    }

    [Fact]
    public void A_member_without_documentation_is_noticed()
    {
        string name = typeof(Bare).FullName!.Replace('+', '.');
        XDocument docs = XDocument.Parse($"""
            <doc><members>
              <member name="T:{name}"><summary>Something.</summary></member>
              <member name="P:{name}.Documented"><summary>Something.</summary></member>
              <member name="P:{name}.Empty"><summary> </summary></member>
            </members></doc>
            """);
        Assert.Equal([$"P:{name}.Empty", $"M:{name}.Missing"], Undocumented([typeof(Bare)], docs));
        Assert.Equal([$"T:{name}", $"P:{name}.Documented", $"P:{name}.Empty", $"M:{name}.Missing"], Undocumented([typeof(Bare)], new XDocument(new XElement("doc"))));
    }

    private static IEnumerable<string> Undocumented(IEnumerable<Type> types, XDocument docs)
    {
        HashSet<string> documented = [.. docs.Descendants("member").Where(IsSaid).Select(m => m.Attribute("name")!.Value.Split('(', '`')[0])];
        const BindingFlags All = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (Type type in types)
        {
            string name = type.FullName!.Replace('+', '.');
            if (!documented.Contains($"T:{name}")) yield return $"T:{name}";
            foreach (MemberInfo member in type.GetMembers(All).OrderBy(m => m.Name, StringComparer.Ordinal))
            {
                if (Prefix(member) is { } prefix && !documented.Contains($"{prefix}:{name}.{member.Name}")) yield return $"{prefix}:{name}.{member.Name}";
            }
        }
    }

    private static bool IsSaid(XElement member) =>
        member.Element("inheritdoc") is not null || !string.IsNullOrWhiteSpace(member.Element("summary")?.Value);

    /// <summary>What the compiler writes by itself (the members of records, accessors, operators) is not asked for.</summary>
    private static string? Prefix(MemberInfo member) => member switch
    {
        _ when member.IsDefined(typeof(CompilerGeneratedAttribute)) => null,
        PropertyInfo { Name: "EqualityContract" } => null,
        PropertyInfo => "P",
        FieldInfo { IsSpecialName: false } => "F",
        EventInfo => "E",
        MethodInfo { IsSpecialName: false } => "M",
        _ => null,
    };

    public sealed class Bare
    {
        public static int Documented => 1;

        public static int Empty => 2;

        public static void Missing()
        {
        }
    }
}
