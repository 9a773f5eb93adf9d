namespace Headgate.AspNetCore.SignalR;

/// <summary>What an invocation asks of one policy.</summary>
internal sealed record HubCharge(string Policy, HubKey Key, bool PerMethod, long Cost)
{
    /// <summary>True if both count the same: then the one that is said closer to the method counts alone.</summary>
    public bool Replaces(HubCharge other) => Policy == other.Policy && Key == other.Key && PerMethod == other.PerMethod;
}
