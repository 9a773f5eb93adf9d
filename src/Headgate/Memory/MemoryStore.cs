namespace Headgate;

/// <summary>Limits in this process's memory.</summary>
public sealed class MemoryStore
{
}
