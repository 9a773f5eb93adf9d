namespace Headgate.Client.Calls;

/// <summary>One call to the service, before an endpoint is chosen.</summary>
/// <param name="Operation">What it is called in metrics.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query as they are sent, from the service's root: <c>/api/config</c>.</param>
internal sealed record Call(string Operation, HttpMethod Method, string Path)
{
    /// <summary>The JSON sent; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>True if doing it twice does no more than doing it once.</summary>
    public bool IsRepeatable { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    /// <summary>The longest that it takes, all repetitions together.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The most bytes of an answer; more is taken for a failure.</summary>
    public int MaxAnswer { get; init; } = 64 * 1024;
}
