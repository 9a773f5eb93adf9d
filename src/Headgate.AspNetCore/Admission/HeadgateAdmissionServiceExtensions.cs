using Headgate;
using Headgate.AspNetCore;
using Headgate.AspNetCore.Admission;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Bounded, fairly shared places for requests.</summary>
public static class HeadgateAdmissionServiceExtensions
{
    /// <summary>
    /// Adds a <see cref="FairGate"/> for requests, which <c>app.UseHeadgateAdmission()</c> lets them pass:
    /// <c>o => o with { Gate = new() { MaxConcurrent = 100 } }</c>. Several calls add up. Needs no other part of Headgate.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">What is different from the defaults; null for nothing.</param>
    public static IServiceCollection AddHeadgateAdmission(this IServiceCollection services, Func<HeadgateAdmissionOptions, HeadgateAdmissionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        HeadgateAdmissionOptions before = services.LastOrDefault(s => s.ServiceType == typeof(HeadgateAdmissionOptions))?.ImplementationInstance as HeadgateAdmissionOptions ?? new();
        services.RemoveAll<HeadgateAdmissionOptions>();
        services.AddSingleton(configure is null ? before : configure(before));
        services.AddMetrics();
        services.TryAddSingleton(static provider => new FairGate(provider.GetRequiredService<HeadgateAdmissionOptions>().Gate, provider.GetService<TimeProvider>()));
        services.TryAddSingleton<AdmissionTelemetry>();
        return services;
    }
}
