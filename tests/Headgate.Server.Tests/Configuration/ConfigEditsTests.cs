using Headgate.Conformance.Generation;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Configuration;

public sealed class ConfigEditsTests
{
    [Fact]
    public void What_a_change_does_its_reverse_undoes() => PropertyCheck.ForAll(ConfigGen.Chains, chain =>
    {
        ServiceConfig config = chain.Last;
        foreach (ConfigChange change in chain.Changes.Reverse())
        {
            ConfigChange undo = change with { Version = config.Version + 1, Edits = [.. change.Edits.Reverse().Select(edit => new ConfigEdit(edit.At, edit.After, edit.Before))] };
            config = ConfigEdits.Apply(config, undo);
        }

        Assert.Equal(ConfigLeaves.Of(ServiceConfig.Empty).Select(Unversioned), ConfigLeaves.Of(config).Select(Unversioned));
        Assert.Empty(config.Tenants);
    });

    [Fact]
    public void Leaves_put_together_again_are_the_configuration() => PropertyCheck.ForAll(ConfigGen.Chains, chain =>
    {
        ConfigLeaves.Assembly assembly = new();
        foreach ((NodeAddress at, ConfigNode node) in ConfigLeaves.Of(chain.Last)) assembly.Set(at, node);
        foreach ((string id, TenantConfig tenant) in chain.Last.Tenants) assembly.SetVersion(id, tenant.Version);
        Same.Assert(chain.Last, assembly.Build(chain.Last.Version));
    });

    [Fact]
    public void A_change_read_back_from_its_JSON_is_the_same() => PropertyCheck.ForAll(ConfigGen.Chains, chain =>
    {
        foreach (ConfigChange change in chain.Changes)
        {
            string text = Same.Text(change);
            using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(text);
            ConfigChange read = ChangeJson.Read(json.RootElement);
            Assert.Equal(text, Same.Text(read));
            Assert.Equal(change.Edits, read.Edits);
        }
    });

    private static (NodeAddress, ConfigNode) Unversioned((NodeAddress At, ConfigNode Node) leaf) => (leaf.At, leaf.Node with { Version = 0 });
}
