using Headgate.Extensions.Configuration;
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
    private const string Folder = "config";

    /// <summary>As for limits, where nothing else is said.</summary>
    private const string DefaultPrefix = "hg";

    public static void AddConfiguration(this IServiceCollection services, ServeOptions options)
    {
        if (options.Redis is { } redis) AddRedis(services, redis, options.DataFolder);
        else if (options.DataFolder is { } data) services.AddSingleton<IConfigLog>(all => new FileConfigLog(Path.Combine(data, Folder), Clock(all), Logger<FileConfigLog>(all)));
        else services.AddSingleton<IConfigLog, MemoryConfigLog>();
        services.AddSingleton<ConfigBook>();
        services.AddHostedService<ConfigStartup>();
        if (options is { Redis: not null, DataFolder: not null })
        {
            services.AddSingleton<IHostedService>(all => new CopyKeeper(
                all.GetRequiredService<ConfigBook>(), all.GetRequiredService<RedisConfigLog>(), all.GetRequiredService<LocalCopy>(), Clock(all)));
        }
    }

    private static void AddRedis(IServiceCollection services, string redis, string? data)
    {
        if (data is not null) services.AddSingleton(all => new LocalCopy(() => new DiskFolder(Path.Combine(data, Folder)), Logger<LocalCopy>(all)));
        services.AddSingleton(all => new RedisConfigLog(
            redis, all.GetService<LoadedConfiguration>()?.Store?.Prefix ?? DefaultPrefix, Clock(all), Logger<RedisConfigLog>(all), all.GetService<LocalCopy>()));
        services.AddSingleton<IConfigLog>(all => all.GetRequiredService<RedisConfigLog>());
    }

    private static TimeProvider Clock(IServiceProvider all) => all.GetRequiredService<TimeProvider>();

    private static ILogger<T> Logger<T>(IServiceProvider all) => all.GetRequiredService<ILogger<T>>();
}
