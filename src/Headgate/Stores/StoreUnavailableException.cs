namespace Headgate;

/// <summary>A store could not answer within its time-out. A <see cref="Limiter"/> meets it with its failure mode.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>An unavailable store, without a reason.</summary>
    public StoreUnavailableException()
        : base("The rate limit store is unavailable. Check that it runs and can be reached.")
    {
    }

    /// <summary>An unavailable store.</summary>
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>An unavailable store, and what it said.</summary>
    public StoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
