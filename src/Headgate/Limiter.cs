namespace Headgate;

/// <summary>One limit on one store.</summary>
public sealed class Limiter
{
}
