using Headgate.Server.Changes.Files;
using Headgate.Server.Changes.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Changes;

/// <summary>The configuration among the services: where it is kept, the book, and its start before the service listens.</summary>
internal static class ConfigServices
{
    /// <summary>The folder of the configuration in the data folder.</summary>
    public const string Folder = "config";

    /// <summary>As for limits, where nothing else is said.</summary>
    private const string DefaultPrefix = "hg";

    public static void AddHeadgateConfiguration(this IServiceCollection services, ServeOptions options)
    {
        services.AddSingleton(all => CreateLog(options, all.GetRequiredService<TimeProvider>(), all.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ConfigBook>();
        services.AddHostedService<ConfigStartup>();
        services.AddSingleton<IHostedService>(all => new CopyKeeper(all.GetRequiredService<ConfigBook>(), all.GetRequiredService<IConfigLog>(), all.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Where the configuration is kept: in Redis if there is one, else in files if there is a folder, else nowhere.</summary>
    /// <param name="options">Settings, with the store of the configuration file.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="loggers">For what an operator should know.</param>
    public static IConfigLog CreateLog(ServeOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        string? folder = options.DataFolder is { } data ? Path.Combine(data, Folder) : null;
        if (options.Redis is { } redis)
        {
            LocalCopy? copy = folder is null ? null : new LocalCopy(() => new DiskFolder(folder), loggers.CreateLogger<LocalCopy>());
            return new RedisConfigLog(redis, options.RedisPrefix ?? DefaultPrefix, clock, loggers.CreateLogger<RedisConfigLog>(), copy);
        }

        return folder is null ? new MemoryConfigLog() : new FileConfigLog(folder, clock, loggers.CreateLogger<FileConfigLog>());
    }
}
