namespace Headgate.Cli.Serve;

/// <summary>Where a running service is, as given on the command line.</summary>
internal static class ServiceUrl
{
    /// <summary>With a slash at its end, so that routes can be put behind it.</summary>
    /// <param name="text">As given.</param>
    /// <param name="source">The argument or variable that it was given by.</param>
    public static Uri Parse(string text, string source) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0
            ? new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/")
            : throw CommandException.WrongUsage($"{source} is \"{PlainText.Clean(text, 200)}\"; it must be a URL of the scheme http or https, without a name and password in it, such as {Headgate.Server.ServeOptions.DefaultUrls}.");
}
