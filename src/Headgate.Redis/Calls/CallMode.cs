namespace Headgate.Redis.Calls;

/// <summary>What a decision in a request does, as Script.lua numbers it.</summary>
internal enum CallMode
{
    Peek = 0,
    Acquire = 1,
    Enter = 2,

    /// <summary>A peek that brings whole logs.</summary>
    Look = 3,
}
