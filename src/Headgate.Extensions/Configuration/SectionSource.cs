using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Headgate.Extensions.Configuration;

/// <summary>A section of the application's configuration.</summary>
internal sealed class SectionSource(IConfiguration configuration) : IPolicySource
{
    public string Name => configuration is IConfigurationSection { Path: var path } ? $"section {path}" : "configuration";

    public bool IsOptional => true;

    public bool IsPolled => false;

    public SourceContent? Look()
    {
        ConfigurationNode root = SectionNodes.Read(configuration);
        StringBuilder all = new();
        Write(root, all);
        return new SourceContent(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString()))), () => SettingsReader.Read(root));
    }

    public bool MayHaveChanged() => true;

    public IDisposable? Watch(Action changed) => ChangeToken.OnChange(configuration.GetReloadToken, changed);

    private static void Write(ConfigurationNode node, StringBuilder all)
    {
        // Lengths keep different trees apart.
        all.Append(node.Name.Length).Append(':').Append(node.Name).Append(node.Text.Length).Append(':').Append(node.Text).Append((int)node.Kind).Append('(');
        foreach (ConfigurationNode child in node.Children) Write(child, all);
        all.Append(')');
    }
}
