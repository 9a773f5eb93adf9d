using System.Net;

namespace Headgate.Client;

/// <summary>
/// The service refused the call, and would again: it must be put differently (400, 404, 413), or the key does not allow it (401, 403). Never thrown for a
/// denial, nor for a check when the service is away.
/// </summary>
public sealed class HeadgateClientException : Exception
{
    /// <summary>A refusal.</summary>
    public HeadgateClientException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal with what led to it.</summary>
    public HeadgateClientException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A refusal without words.</summary>
    public HeadgateClientException()
    {
    }

    /// <summary>The status that the service answered.</summary>
    public HttpStatusCode Status { get; init; }

    /// <summary>The field that is wrong; null where it is none, or the service does not say.</summary>
    public string? Field { get; init; }

    /// <summary>The value that is wrong, as the service shows it again; null where there is none.</summary>
    public string? Value { get; init; }
}
