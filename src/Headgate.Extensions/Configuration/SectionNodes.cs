using Microsoft.Extensions.Configuration;

namespace Headgate.Extensions.Configuration;

/// <summary>Reads a section of an application's configuration to nodes: environment variables, appsettings.json, whatever it is made of.</summary>
internal static class SectionNodes
{
    public static ConfigurationNode Read(IConfiguration configuration)
    {
        IConfigurationSection? section = configuration as IConfigurationSection;
        ConfigurationOrigin origin = new(null, section?.Path ?? "", IsLoose: true, IsShared: section is null);
        ConfigurationNode root = new(origin, null, "") { Kind = NodeKind.Map };
        if (section is { Value.Length: > 0 } && !section.GetChildren().Any()) return new ConfigurationNode(origin, null, "") { Kind = NodeKind.Scalar, Text = section.Value };
        int left = YamlNodes.MaxNodes;
        AddChildren(root, configuration, 0, ref left);
        return root;
    }

    private static void AddChildren(ConfigurationNode parent, IConfiguration configuration, int depth, ref int left)
    {
        foreach (IConfigurationSection child in configuration.GetChildren())
        {
            // What stands beside ours may be of any size and depth.
            if (parent.Origin.IsShared && depth == 0 && !ConfigurationFields.Of("").Contains(child.Key, StringComparer.OrdinalIgnoreCase)) continue;
            bool isMap = child.GetChildren().Any();
            if (--left < 0 || depth > YamlNodes.MaxDepth)
            {
                string bound = left < 0 ? $"there are more than {YamlNodes.MaxNodes} values" : $"this is nested more than {YamlNodes.MaxDepth} levels deep";
                throw new HeadgateConfigurationException([new(null, null, null, child.Path, $"{bound}; it must be fewer. Split the configuration.")]);
            }

            ConfigurationNode node = new(parent.Origin, parent, child.Key)
            {
                Kind = isMap ? NodeKind.Map : string.IsNullOrEmpty(child.Value) ? NodeKind.Null : NodeKind.Scalar,
                Text = child.Value ?? "",
                IsPlain = true,
            };
            if (isMap) AddChildren(node, child, depth + 1, ref left);
        }
    }
}
