namespace Headgate.AspNetCore.Endpoints;

/// <summary>What was required in code.</summary>
internal sealed record HeadgateMetadata(IReadOnlyList<string> Policies, EndpointCost? Cost) : IHeadgateMetadata;
