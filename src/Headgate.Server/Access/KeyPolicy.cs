using Headgate.AspNetCore.Admin;

namespace Headgate.Server.Access;

/// <summary>Whether callers need keys: wherever others can reach the service, and on this machine if it was said. Thread-safe.</summary>
internal sealed class KeyPolicy
{
    private bool _isRequired;

    /// <exception cref="ServeSettingsException">The admin key cannot be read, or is none.</exception>
    public KeyPolicy(ServeOptions options)
    {
        First = FirstKey.Read(options.AdminKeyFile, options.AdminKey);
        _isRequired = options.RequireKeys || Exposed(options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) is not null;
    }

    /// <summary>The admin key that the service was started with; null for none.</summary>
    public FirstKey? First { get; }

    public bool IsRequired => Volatile.Read(ref _isRequired);

    /// <summary>Once required, always required.</summary>
    public void Require() => Volatile.Write(ref _isRequired, true);

    /// <summary>The first address that others can reach; null if there is none.</summary>
    public static string? Exposed(IEnumerable<string> urls) => urls.FirstOrDefault(url => !LocalRequests.IsLoopbackUrl(url));
}
