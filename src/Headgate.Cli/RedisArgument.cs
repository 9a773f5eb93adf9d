namespace Headgate.Cli;

/// <summary>Where Redis is, as given to --redis: <c>host:port[,host:port][,password=...][,ssl=true]</c>.</summary>
/// <param name="Configuration">As given; has the password, so it goes to the client and nowhere else.</param>
/// <param name="Display">The hosts alone: what may be shown.</param>
internal sealed record RedisArgument(string Configuration, string Display)
{
    public const string HelpName = "HOST:PORT[,password=...]";

    private const string Form = "Write host:port, or several by commas, then options: 10.0.0.7:6379,password=...,ssl=true";

    public static RedisArgument Local { get; } = new("127.0.0.1:6379", "127.0.0.1:6379");

    /// <summary>Messages repeat only what cannot be part of a password.</summary>
    /// <param name="text">As given.</param>
    /// <param name="source">The flag or variable that it was given by.</param>
    public static RedisArgument Parse(string text, string source = "--redis")
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] hosts = [.. parts.TakeWhile(part => !part.Contains('=', StringComparison.Ordinal))];
        if (text.Contains("://", StringComparison.Ordinal) || hosts.Any(host => host.Contains('@', StringComparison.Ordinal)))
            throw CommandException.WrongUsage($"{source} is written like a URL. {Form}");
        if (hosts.Length == 0) throw CommandException.WrongUsage($"{source} names no host. {Form}");
        if (parts.Skip(hosts.Length).Any(part => !part.Contains('=', StringComparison.Ordinal)))
        {
            throw CommandException.WrongUsage(
                $"{source} has a part without '=' after an option; a password cannot have a comma in it. {Form}");
        }

        return new RedisArgument(text, PlainText.Clean(string.Join(", ", hosts.Select(WithPort)), 200));
    }

    /// <summary>The client cannot make sense of it. Its own message repeats what may be a part of a password.</summary>
    public CommandException Unreadable() => CommandException.WrongUsage($"--redis {Display} has an option that the client does not know. {Form}");

    /// <summary>Records print their members; this one's must not be printed.</summary>
    public override string ToString() => Display;

    private static string WithPort(string host)
    {
        int colon = host.LastIndexOf(':');
        bool isAddressOfColons = host.IndexOf(':', StringComparison.Ordinal) != colon && !host.Contains("]:", StringComparison.Ordinal);
        return colon < 0 || isAddressOfColons ? $"{host}:6379" : host;
    }
}
