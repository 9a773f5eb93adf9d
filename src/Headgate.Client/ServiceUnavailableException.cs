namespace Headgate.Client;

/// <summary>
/// The service did not answer a call that no failure mode can answer: about the configuration. A change may have been made all the same if
/// <see cref="IsUncertain"/>. Checks never throw it.
/// </summary>
public sealed class ServiceUnavailableException : Exception
{
    /// <summary>No answer.</summary>
    public ServiceUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>No answer, and why.</summary>
    public ServiceUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>No answer, without words.</summary>
    public ServiceUnavailableException()
    {
    }

    /// <summary>True if the service may have done what was asked; false if it surely has not.</summary>
    public bool IsUncertain { get; init; }
}
