namespace Headgate.Extensions;

/// <summary>A configuration that cannot be. Nothing of it is in force.</summary>
public sealed class HeadgateConfigurationException : Exception
{
    /// <summary>The most errors that are listed: 50.</summary>
    public const int MaxErrors = 50;

    /// <summary>A configuration that cannot be.</summary>
    /// <param name="errors">What is wrong with it; 1 or more.</param>
    /// <param name="inner">What it came from, or null.</param>
    public HeadgateConfigurationException(IReadOnlyList<HeadgateConfigurationError> errors, Exception? inner = null)
        : base(Describe(errors), inner) => Errors = errors;

    /// <summary>What is wrong, in the order of the text; the first 50.</summary>
    public IReadOnlyList<HeadgateConfigurationError> Errors { get; }

    private static string Describe(IReadOnlyList<HeadgateConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        string all = string.Join(Environment.NewLine, errors.Select(error => "  " + error));
        return $"The configuration of Headgate is refused; it has {(errors.Count == 1 ? "an error" : $"{errors.Count} errors")}:{Environment.NewLine}{all}";
    }
}

/// <summary>One error of a configuration. Immutable. Secrets are never in it: of API keys and addresses of stores it names the place alone.</summary>
/// <param name="File">The file, or null for a section of the application's configuration.</param>
/// <param name="Line">The line, from 1; null where there are none.</param>
/// <param name="Column">The column, from 1; null where there are none.</param>
/// <param name="Field">The field: <c>policies.public-api.limits[1]</c>, or <c>Headgate:policies:public-api:limits:1</c> in a section. Empty for the whole.</param>
/// <param name="Message">The value, the bound, and what to do.</param>
public sealed record HeadgateConfigurationError(string? File, int? Line, int? Column, string Field, string Message)
{
    /// <summary><c>headgate.yaml(12,5): policies.public-api.cost: message</c></summary>
    public override string ToString()
    {
        string place = Line is null ? File ?? "" : $"{File}({Line},{Column})";
        return string.Join(": ", new[] { place, Field, Message }.Where(part => part.Length > 0));
    }
}
