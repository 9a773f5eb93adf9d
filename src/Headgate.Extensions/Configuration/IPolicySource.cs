namespace Headgate.Extensions.Configuration;

/// <summary>Something that says policies: a file or a section.</summary>
internal interface IPolicySource
{
    /// <summary>What logs and errors call it.</summary>
    string Name { get; }

    /// <summary>True if it need not be there when the application starts.</summary>
    bool IsOptional { get; }

    /// <summary>True if somebody should look at it now and then, because not every change is told.</summary>
    bool IsPolled { get; }

    /// <summary>What is there now; null if there is nothing.</summary>
    /// <exception cref="HeadgateConfigurationException">It cannot be had.</exception>
    SourceContent? Look();

    /// <summary>False if it is certain that nothing has changed since the last look.</summary>
    bool MayHaveChanged();

    /// <summary>Tells of changes, from any thread, sometimes of none, until it is disposed; null if it does not.</summary>
    IDisposable? Watch(Action changed);
}

/// <summary>What a source had at one moment.</summary>
/// <param name="Hash">The same for the same content.</param>
/// <param name="Read">Reads it; throws <see cref="HeadgateConfigurationException"/>.</param>
internal sealed record SourceContent(string Hash, Func<ConfigurationReading> Read);
