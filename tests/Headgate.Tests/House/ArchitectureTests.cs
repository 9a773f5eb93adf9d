using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Headgate.Tests.House;

/// <summary>The rules of ARCHITECTURE hold for every project and file there is, and each rule is shown to notice a breach.</summary>
public class ArchitectureTests
{
    [Fact]
    public void Project_files_reference_only_what_they_may()
    {
        IReadOnlyList<(string Path, string Text)> projects = Repository.Sources(".csproj");
        Assert.Contains("src/Headgate/Headgate.csproj", projects.Select(p => p.Path));
        Assert.Empty(projects.SelectMany(p => ReferenceRules.InProject(Path.GetFileNameWithoutExtension(p.Path), p.Text)));
    }

    [Theory]
    [InlineData("Headgate", """<PackageReference Include="Microsoft.Extensions.Logging.Abstractions" />""")]
    [InlineData("Headgate", """<ProjectReference Include="../Headgate.Redis/Headgate.Redis.csproj" />""")]
    [InlineData("Headgate", """<FrameworkReference Include="Microsoft.AspNetCore.App" />""")]
    [InlineData("Headgate", """<Reference Include="lib/Other.dll" />""")]
    [InlineData("Headgate.Redis", """<FrameworkReference Include="Microsoft.AspNetCore.App" />""")]
    [InlineData("Headgate.Redis", """<PackageReference Include="Microsoft.Extensions.Http" />""")]
    [InlineData("Headgate.Redis", """<ProjectReference Include="..\Headgate.AspNetCore\Headgate.AspNetCore.csproj" />""")]
    [InlineData("Headgate.AspNetCore", """<ProjectReference Include="../Headgate.Redis/Headgate.Redis.csproj" />""")]
    [InlineData("Headgate.AspNetCore", """<PackageReference Include="StackExchange.Redis" />""")]
    [InlineData("Headgate.Extensions", """<FrameworkReference Include="Microsoft.AspNetCore.App" />""")]
    [InlineData("Headgate.Extensions", """<ProjectReference Include="../Headgate.Redis/Headgate.Redis.csproj" />""")]
    [InlineData("Headgate.Http", """<ProjectReference Include="../Headgate.AspNetCore/Headgate.AspNetCore.csproj" />""")]
    [InlineData("Headgate.Client", """<ProjectReference Include="../Headgate.Server/Headgate.Server.csproj" />""")]
    [InlineData("Headgate.Client", """<FrameworkReference Include="Microsoft.AspNetCore.App" />""")]
    [InlineData("Headgate.Server", """<ProjectReference Include="../Headgate.Gateway/Headgate.Gateway.csproj" />""")]
    [InlineData("Headgate.Gateway", """<ProjectReference Include="../Headgate.Server/Headgate.Server.csproj" />""")]
    [InlineData("Headgate.Server", """<PackageReference Include="Yarp.ReverseProxy" />""")]
    [InlineData("Headgate.Unheard.Of", "")]
    public void A_reference_too_many_is_noticed(string project, string item) =>
        Assert.Single(ReferenceRules.InProject(project, $"""<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>{item}</ItemGroup></Project>"""));

    [Fact]
    public void A_web_project_where_none_may_be_is_noticed()
    {
        const string Web = """<Project Sdk="Microsoft.NET.Sdk.Web" />""";
        Assert.Single(ReferenceRules.InProject("Headgate", Web));
        Assert.Single(ReferenceRules.InProject("Headgate.Redis", Web));
        Assert.Empty(ReferenceRules.InProject("Headgate.Server", Web));
    }

    [Fact]
    public void Headgate_is_compiled_against_nothing_but_the_base_framework()
    {
        string[] references = [.. typeof(Limiter).Assembly.GetReferencedAssemblies().Select(name => name.Name!)];
        Assert.Contains("System.Runtime", references);
        Assert.Empty(ReferenceRules.InAssembly("Headgate", references));
    }

    /// <summary>Projects that were built beside this one; those that were not are held to their project files.</summary>
    [Fact]
    public void Built_assemblies_are_compiled_against_only_what_they_may_be()
    {
        foreach ((string path, _) in Repository.Sources(".csproj"))
        {
            string project = Path.GetFileNameWithoutExtension(path);
            string folder = Path.Combine(Repository.Root, "artifacts", "bin", project);
            if (!Directory.Exists(folder)) continue;
            foreach (string built in Directory.EnumerateFiles(folder, project + ".dll", SearchOption.AllDirectories))
                Assert.Empty(ReferenceRules.InAssembly(project, ReferencesOf(built)));
        }
    }

    [Theory]
    [InlineData("Headgate", "System.Threading.RateLimiting")]
    [InlineData("Headgate", "System.Net.Http")]
    [InlineData("Headgate", "System.Console")]
    [InlineData("Headgate", "Microsoft.Extensions.Logging.Abstractions")]
    [InlineData("Headgate", "Headgate.Extensions")]
    [InlineData("Headgate.Redis", "System.Net.Http")]
    [InlineData("Headgate.Redis", "Microsoft.AspNetCore.Http.Abstractions")]
    [InlineData("Headgate.AspNetCore", "StackExchange.Redis")]
    [InlineData("Headgate.AspNetCore", "Headgate.Redis")]
    [InlineData("Headgate.Http", "Microsoft.AspNetCore.Http")]
    [InlineData("Headgate.Server", "Headgate.Gateway")]
    [InlineData("Headgate.Gateway", "Headgate.Server")]
    public void A_compiled_reference_too_many_is_noticed(string project, string reference) =>
        Assert.Single(ReferenceRules.InAssembly(project, ["System.Runtime", reference]));

    [Fact]
    public void Sources_keep_the_rules()
    {
        IReadOnlyList<(string Path, string Text)> sources = Repository.Sources(".cs");
        Assert.True(sources.Count > 40);
        Assert.Contains("src/Headgate/Algorithms/TokenBucket.cs", sources.Select(s => s.Path));
        string[] breaches = [.. sources.SelectMany(s => SourceRules.In(s.Path, s.Text))];
        Assert.True(breaches.Length == 0, string.Join("\n", breaches));
    }

    [Theory]
    [InlineData("src/Headgate/Algorithms/X.cs", "using System.Threading;\nnamespace Headgate.Algorithms;")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { TimeProvider _clock; }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { long Now => DateTime.UtcNow.Ticks; }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { Lock _gate; }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { void M() { lock (this) { } } }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { void M() => Interlocked.Increment(ref _n); }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { void M() => Monitor.Enter(this); }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { IRateLimitStore _store; }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\ninternal struct X { MemoryStore _store; }")]
    [InlineData("src/Headgate/Algorithms/X.cs", "using Headgate.Memory;\nnamespace Headgate.Algorithms;")]
    [InlineData("src/Headgate/Memory/X.cs", "namespace Headgate;\ninternal sealed class X;")]
    [InlineData("src/Headgate/Memory/X.cs", "namespace Headgate.Memory;\npublic sealed class X;")]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Memory;\ninternal readonly struct X;")]
    [InlineData("src/Headgate/Limits/X.cs", "namespace Headgate.Limits;\npublic sealed record X : Limit;")]
    [InlineData("src/Headgate/X.cs", "namespace Headgate.Other;\ninternal readonly record struct X(int Y);")]
    [InlineData("src/Headgate.Server/Tenants/X.cs", "namespace Headgate.Server;\ninternal sealed class X;")]
    [InlineData("src/Headgate/X.cs", "namespace Headgate;\npublic sealed class Tenant;")]
    [InlineData("src/Headgate.AspNetCore/X.cs", "namespace Headgate.AspNetCore;\npublic sealed class X { MemoryStore _store; }")]
    [InlineData("src/Headgate.Server/Decisions/X.cs", "namespace Headgate.Server.Decisions;\npublic sealed class X { object _store = new RedisStore(); }")]
    public void A_source_that_breaks_a_rule_is_noticed(string path, string text) => Assert.NotEmpty(SourceRules.In(path, text));

    [Theory]
    [InlineData("src/Headgate/Algorithms/X.cs", "namespace Headgate.Algorithms;\n/// <summary>No clock, no lock, no MemoryStore.</summary>\ninternal struct X;")]
    [InlineData("src/Headgate/Memory/X.cs", "namespace Headgate.Memory;\ninternal sealed class X { MemoryStore _store; }")]
    [InlineData("src/Headgate/Memory/X.cs", "namespace Headgate;\npublic sealed class X { }")]
    [InlineData("src/Headgate/Limits/X.cs", "namespace Headgate;\ninternal static class X;")]
    [InlineData("src/Headgate.Server/Tenants/X.cs", "namespace Headgate.Server.Tenants;\ninternal sealed class Tenant;")]
    [InlineData("src/Headgate.Server/Program.cs", "namespace Headgate.Server;\ninternal sealed class X { MemoryStore _store; }")]
    public void A_source_that_keeps_the_rules_is_not(string path, string text) => Assert.Empty(SourceRules.In(path, text));

    [Fact]
    public void A_file_of_500_lines_is_the_longest()
    {
        Assert.Empty(SourceRules.In("src/Headgate/X.cs", string.Concat(Enumerable.Repeat("\n", 499)) + "//\n"));
        Assert.Single(SourceRules.In("src/Headgate/X.cs", string.Concat(Enumerable.Repeat("\n", 500)) + "//\n"));
    }

    private static List<string> ReferencesOf(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using PEReader image = new(stream);
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
