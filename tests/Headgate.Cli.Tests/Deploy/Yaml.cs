using YamlDotNet.RepresentationModel;

namespace Headgate.Cli.Tests.Deploy;

/// <summary>Files of deploy/, copied beside the tests, and a short way into their YAML.</summary>
internal static class Yaml
{
    public static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy", file));

    /// <summary>The one document of a file.</summary>
    public static YamlNode Load(string file)
    {
        YamlStream stream = [];
        stream.Load(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(Read(file)))));
        return Assert.Single(stream.Documents).RootNode;
    }

    /// <summary>A node by its path: names by dots, items of a list by their number or by <c>name=value</c>. Fails if there is none.</summary>
    public static YamlNode At(this YamlNode node, string path)
    {
        foreach (string step in path.Split('.'))
        {
            YamlNode? next = node switch
            {
                YamlMappingNode map => Of(map, step.Replace('|', '.')),
                YamlSequenceNode list when int.TryParse(step, out int index) => list.Children.ElementAtOrDefault(index),
                YamlSequenceNode list => list.Children.SingleOrDefault(item => Of((YamlMappingNode)item, step.Split('=')[0])?.ToString() == step.Split('=')[1]),
                _ => null,
            };
            Assert.True(next is not null, $"There is no {step} of {path}.");
            node = next;
        }

        return node;
    }

    public static string Text(this YamlNode node, string path) => node.At(path).ToString();

    public static int Number(this YamlNode node, string path) => int.Parse(node.Text(path), System.Globalization.CultureInfo.InvariantCulture);

    public static string[] Texts(this YamlNode node, string path) => [.. ((YamlSequenceNode)node.At(path)).Children.Select(child => child.ToString())];

    private static YamlNode? Of(YamlMappingNode map, string name) => map.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? value) ? value : null;
}
