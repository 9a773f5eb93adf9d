using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>What the model says of one charge on one limit. Times are microseconds from now; <see cref="Never"/> for never.</summary>
public readonly record struct ModelVerdict(bool Allowed, BigInteger Remaining, long RetryAfter, long ResetAfter, long Delay)
{
    public const long Never = -1;
}
