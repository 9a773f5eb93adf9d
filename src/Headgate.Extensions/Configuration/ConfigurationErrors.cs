namespace Headgate.Extensions.Configuration;

/// <summary>Collects what is wrong, up to a bound, so that all of it can be mended at once.</summary>
internal sealed class ConfigurationErrors
{
    private readonly List<HeadgateConfigurationError> _all = [];

    public int Count => _all.Count;

    public IReadOnlyList<HeadgateConfigurationError> All => _all;

    /// <summary>About what stands there.</summary>
    public void Add(ConfigurationNode node, string message) => Add(node, node.Line, node.Column, message);

    /// <summary>About the name of a field.</summary>
    public void AddName(ConfigurationNode node, string message) => Add(node, node.NameLine, node.NameColumn, message);

    public void AddRange(IEnumerable<HeadgateConfigurationError> errors)
    {
        foreach (HeadgateConfigurationError error in errors) Add(error);
    }

    /// <exception cref="HeadgateConfigurationException">There are errors.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0) throw new HeadgateConfigurationException([.. _all]);
    }

    private void Add(ConfigurationNode node, int line, int column, string message) =>
        Add(new HeadgateConfigurationError(node.Origin.File, line == 0 ? null : line, line == 0 ? null : column, node.Path, message));

    private void Add(HeadgateConfigurationError error)
    {
        if (_all.Count < HeadgateConfigurationException.MaxErrors) _all.Add(error);
    }
}
