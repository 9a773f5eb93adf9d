using Headgate.Server.Changes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Access;

/// <summary>Refuses to start a service that needs keys and has nobody who could make them.</summary>
internal sealed partial class ListenCheck(IServiceProvider services)
{
    private readonly KeyPolicy _policy = services.GetRequiredService<KeyPolicy>();

    /// <summary>The pipeline is built when the addresses and the configuration are known and nobody listens yet. Nothing is added to it.</summary>
    /// <exception cref="ServeSettingsException">There is no admin key, and one is needed.</exception>
    public RequestDelegate Before(RequestDelegate next)
    {
        if (Problem() is { } problem) throw new ServeSettingsException(problem);
        // What code of the server itself listens on is known only now; until then the gate let nobody in but this machine.
        services.GetService<IHostApplicationLifetime>()?.ApplicationStarted.Register(() =>
        {
            if (Problem() is not { } late) return;
            ILogger log = services.GetRequiredService<ILoggerFactory>().CreateLogger(AuditLog.Category);
            Exposed(log, late);
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        });
        return next;
    }

    private string? Problem()
    {
        string? exposed = KeyPolicy.Exposed(services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        if (exposed is not null) _policy.Require();
        ConfigBook book = services.GetRequiredService<ConfigBook>();
        // What could not be read yet may have one. Until then nobody is let in.
        bool hasAdmin = _policy.First is not null || !book.IsLoaded || KeyChanges.HasAdmin(book.Current, services.GetRequiredService<TimeProvider>().GetUtcNow());
        if (!_policy.IsRequired || hasAdmin) return null;
        string make = "create one (headgate keys create --role admin --data DIR, then start with the same --data DIR), "
            + $"or bring one with the environment variable {FirstKey.Variable} or with --admin-key-file FILE (at least {FirstKey.MinLength} characters: openssl rand -base64 32)";
        return exposed is null
            ? $"keys are required, and there is no admin key. Either {make}; or do without keys on this machine."
            : $"the service would listen on {exposed}, which others can reach, and there is no admin key. Either {make}; or listen on this machine alone: --urls {ServeOptions.DefaultUrls}";
    }

    [LoggerMessage(EventId = 3, EventName = "Exposed", Level = LogLevel.Critical, Message = "The service is stopped: {Problem}")]
    private static partial void Exposed(ILogger logger, string problem);
}
