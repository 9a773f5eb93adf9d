using System.Security.Cryptography;

namespace Headgate;

/// <summary>Names the permits that one holder has of concurrency limits, so that they can be renewed and given back exactly once.</summary>
/// <remarks>Chosen by the caller, a new one for each entry; renewing and releasing may be repeated. 128 bits, unique across processes.</remarks>
/// <param name="Value">The id; 0 is <see cref="None"/>.</param>
public readonly record struct LeaseId(UInt128 Value)
{
    private static readonly ulong Process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;
    private static long _count;

    /// <summary>No lease: permits taken without a handle, which end with their lease time or by a refund.</summary>
    public static LeaseId None => default;

    /// <summary>A new id. Safe for any number of threads.</summary>
    public static LeaseId Create() => new(new UInt128(Process, (ulong)Interlocked.Increment(ref _count)));

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
