using Headgate.Extensions;
using Headgate.Extensions.Configuration;

namespace Headgate.Server.Hosting;

/// <summary>The Redis that the configuration file names serves as one that was named beside it, for limits and configuration alike. What was said beside the file goes above it.</summary>
internal static class StoreOfFile
{
    /// <exception cref="HeadgateConfigurationException">Something in the file cannot be.</exception>
    public static ServeOptions AddTo(ServeOptions options)
    {
        if (options.ConfigFile is not { } file) return options;
        // A file that is not there is refused when the service starts, with the others of its errors.
        StoreSettings? store = new FileSource(Path.GetFullPath(file), optional: true, reloadOnChange: false).Look()?.Read().Settings.Store;
        return store is null ? options : options with { Redis = options.Redis ?? store.Redis, RedisPrefix = store.Prefix };
    }
}
