using Headgate.AspNetCore;
using Headgate.Extensions;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>How requests are limited and answered.</summary>
public static class HeadgateBuilderExtensions
{
    /// <summary>Changes what the middleware does: <c>o => o with { GlobalPolicies = ["per-client"] }</c>. Several calls add up.</summary>
    public static HeadgateBuilder ConfigureHttp(this HeadgateBuilder builder, Func<HeadgateOptions, HeadgateOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        HeadgateOptions before = builder.Services.LastOrDefault(service => service.ServiceType == typeof(HeadgateOptions))?.ImplementationInstance as HeadgateOptions ?? new HeadgateOptions();
        builder.Services.RemoveAll<HeadgateOptions>();
        builder.Services.AddSingleton(configure(before));
        return builder;
    }
}
