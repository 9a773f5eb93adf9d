using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Headgate.Cli.Serve;

/// <summary>From the text of a setting to its value; what cannot be is refused with the value, the bound and the remedy.</summary>
internal static class SettingValues
{
    private const int MaxPort = 65_535;

    public static string Urls(SettingText given)
    {
        string[] urls = given.Text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (urls.Length == 0) throw given.Refuse("one address or more, by semicolons, such as http://127.0.0.1:5000.");
        foreach (string url in urls) CheckUrl(given.Source, url);
        return string.Join(';', urls);
    }

    public static int Number(SettingText given, int least, int most) =>
        int.TryParse(given.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw given.Refuse(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}."));

    public static TimeSpan Duration(SettingText given, string least, string most)
    {
        // A window is never zero, and a delay may be.
        if (given.Text is "0" or "0s" or "0ms" && TryDuration(least) == TimeSpan.Zero) return TimeSpan.Zero;
        return TryDuration(given.Text) is { } duration && duration >= TryDuration(least) && duration <= TryDuration(most)
            ? duration
            : throw given.Refuse($"a duration from {least} to {most}, such as 30s or 1min.");
    }

    public static bool Switch(SettingText given) => given.Text switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => throw given.Refuse("true or false."),
    };

    public static T OneOf<T>(SettingText given)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), given.Text, StringComparison.OrdinalIgnoreCase)) return value;
        }

        throw given.Refuse($"one of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");
    }

    public static Uri Endpoint(SettingText given) =>
        Uri.TryCreate(given.Text, UriKind.Absolute, out Uri? endpoint) && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
            ? endpoint
            : throw given.Refuse("a URL of the scheme http or https, such as http://127.0.0.1:4317.");

    /// <summary>The full path of a file that is there and can be read.</summary>
    public static string ReadableFile(SettingText given)
    {
        string path = FullPath(given);
        if (Directory.Exists(path)) throw given.Refuse("a file, and it is a folder. Name a file in it.");
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            return path;
        }
        catch (Exception unreadable) when (unreadable is FileNotFoundException or DirectoryNotFoundException)
        {
            throw given.Refuse($"a file, and there is none at {PlainText.Clean(path)}. Check the path.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw given.Refuse($"a file that can be read, and this one cannot: {PlainText.Reason(unreadable)}. Check its permissions.");
        }
    }

    /// <summary>The full path of a folder that is there, made if it was not, and can be read. It need not be writable: the service decides without, and says so.</summary>
    public static string Folder(SettingText given)
    {
        string path = FullPath(given);
        if (File.Exists(path)) throw given.Refuse("a folder, and it is a file. Name another.");
        try
        {
            Directory.CreateDirectory(path);
            using IEnumerator<string> entries = Directory.EnumerateFileSystemEntries(path).GetEnumerator();
            entries.MoveNext();
            return path;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw given.Refuse($"a folder that can be read or made, and it cannot: {PlainText.Reason(refused)}. Check the path and its permissions.");
        }
    }

    private static string FullPath(SettingText given)
    {
        try
        {
            return Path.GetFullPath(given.Text);
        }
        catch (ArgumentException)
        {
            throw given.Refuse("a path. Check it.");
        }
    }

    private static void CheckUrl(string source, string url)
    {
        SettingText given = new(source, url);
        if (url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            throw given.Refuse("of the scheme http: the service speaks no TLS. Put a proxy that does in front of it.");
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw given.Refuse("http://ADDRESS:PORT, such as http://127.0.0.1:5000, http://[::1]:5000 or http://*:5000.");
        }

        if (address.Scheme != Uri.UriSchemeHttp) throw given.Refuse("of the scheme http, such as http://127.0.0.1:5000.");
        if (address.PathBase.Length > 0) throw given.Refuse("without a path: routes begin with /. Leave it out, and let a proxy take it off.");
        if (address.IsUnixPipe) return;
        if (address.Port is < 0 or > MaxPort) throw given.Refuse("on a port from 0 to 65535; 0 takes a free one.");
        if (address.Host is not ("*" or "+" or "localhost") && !IPAddress.TryParse(address.Host, out _))
            throw given.Refuse("an address of this machine: an IP address, localhost, or * for all of them, such as http://127.0.0.1:5000.");
    }

    private static TimeSpan? TryDuration(string text) => text == "0s" ? TimeSpan.Zero : DurationArgument.TryRead(text, out TimeSpan duration) ? duration : null;
}
