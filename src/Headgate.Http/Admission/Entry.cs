namespace Headgate.Http.Admission;

/// <summary>How a request's wait ended.</summary>
/// <param name="Decision">What the limit said; <c>default</c> if the other side's word decided.</param>
/// <param name="Lease">Places of a concurrency limit that are held; null if the limit has none in it.</param>
/// <param name="LearnedLeft">How long the other side is to be left alone, if that is why the request is refused; else zero.</param>
/// <param name="HasWaited">True if it was not admitted at once.</param>
internal readonly record struct Entry(Decision Decision, ConcurrencyLease? Lease = null, TimeSpan LearnedLeft = default, bool HasWaited = false)
{
    public bool IsAllowed => Decision.IsAllowed;
}
