using System.CommandLine;
using Headgate.Cli.Serve;
using Headgate.Server;

namespace Headgate.Cli.Keys;

/// <summary>Whose keys: a running service's, or those in the folder of one that does not run.</summary>
internal sealed class KeyTarget
{
    private const string UrlVariable = "HEADGATE_URL";
    private const string KeyVariable = "HEADGATE_KEY";

    private readonly Option<string?> _url = new("--url") { Description = $"A service that runs. Default: {ServeOptions.DefaultUrls}. [{UrlVariable}]", HelpName = "URL" };
    private readonly Option<string?> _key = new("--key") { Description = $"An administrator's secret. Others on this machine can read command lines: prefer --key-file, or the variable. [{KeyVariable}]", HelpName = "SECRET" };
    private readonly Option<string?> _keyFile = new("--key-file") { Description = "A file whose first line is the administrator's secret.", HelpName = "FILE" };
    private readonly Option<string?> _data = new("--data") { Description = "The folder of a service that does not run, as serve has it.", HelpName = "DIR" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_url, _key, _keyFile, _data]) command.Options.Add(option);
    }

    public async Task<IKeyRing> OpenAsync(ParseResult parsed, Terminal terminal, CancellationToken ct)
    {
        string? url = parsed.GetValue(_url), data = parsed.GetValue(_data), key = parsed.GetValue(_key), file = parsed.GetValue(_keyFile);
        if (data is not null)
        {
            if (url is not null || key is not null || file is not null)
                throw CommandException.WrongUsage("--data is about a service that does not run, and --url, --key and --key-file about one that does. Leave one side out.");
            return await FolderKeyRing.OpenAsync(SettingValues.Folder(new SettingText("--data", data)), terminal.Clock, ct).ConfigureAwait(false);
        }

        if (key is not null && file is not null) throw CommandException.WrongUsage("--key and --key-file are both given. Leave one out.");
        if (file is not null) key = await FirstLineAsync(SettingValues.ReadableFile(new SettingText("--key-file", file)), ct).ConfigureAwait(false);
        key ??= terminal.Environment.GetValueOrDefault(KeyVariable);
        url ??= terminal.Environment.GetValueOrDefault(UrlVariable);
        return new HttpKeyRing(ServiceUrl.Parse(string.IsNullOrEmpty(url) ? ServeOptions.DefaultUrls : url, "--url"), string.IsNullOrEmpty(key) ? null : Checked(key));
    }

    private static async Task<string> FirstLineAsync(string path, CancellationToken ct)
    {
        using StreamReader reader = new(path);
        return (await reader.ReadLineAsync(ct).ConfigureAwait(false))?.Trim() ?? "";
    }

    /// <summary>Anything else cannot stand in a header field. The message does not repeat it.</summary>
    private static string Checked(string key) => key.All(c => c is > ' ' and <= '~')
        ? key
        : throw CommandException.WrongUsage("The administrator's key has characters that no key has. Give the secret as it was printed, and nothing else.");
}
