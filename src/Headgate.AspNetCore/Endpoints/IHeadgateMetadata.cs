namespace Headgate.AspNetCore;

/// <summary>What an endpoint asks for. All policies of an endpoint, of its groups, of the routes of the configuration and of the application are one decision.</summary>
public interface IHeadgateMetadata
{
    /// <summary>Names of policies.</summary>
    IReadOnlyList<string> Policies { get; }

    /// <summary>What a request costs of these policies, in place of what they say; null for that.</summary>
    EndpointCost? Cost { get; }
}

/// <summary>An endpoint that is not limited: neither by what stands around it nor by policies of the whole application.</summary>
public interface IDisableHeadgate;
