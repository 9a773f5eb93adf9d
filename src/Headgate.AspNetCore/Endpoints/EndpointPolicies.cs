using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Endpoints;

/// <summary>What an endpoint asks for, read off its metadata: outer groups first, itself last.</summary>
internal readonly struct EndpointPolicies
{
    private EndpointPolicies(bool isDisabled, List<IHeadgateMetadata> required) => (IsDisabled, Required) = (isDisabled, required);

    /// <summary>True if policies of routes and of the application do not apply.</summary>
    public bool IsDisabled { get; }

    /// <summary>What is required after the last thing that disabled.</summary>
    public IReadOnlyList<IHeadgateMetadata> Required { get; }

    public static EndpointPolicies Of(Endpoint? endpoint)
    {
        List<IHeadgateMetadata> required = [];
        bool disabled = false;
        foreach (object item in endpoint?.Metadata ?? EndpointMetadataCollection.Empty)
        {
            if (item is IDisableHeadgate)
            {
                disabled = true;
                required.Clear();
            }
            else if (item is IHeadgateMetadata metadata)
            {
                required.Add(metadata);
            }
        }

        return new(disabled, required);
    }
}
