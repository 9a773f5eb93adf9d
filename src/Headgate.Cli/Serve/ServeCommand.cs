using System.CommandLine;
using Headgate.Server;

namespace Headgate.Cli.Serve;

/// <summary><c>headgate serve</c>: the decision service.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create(Terminal terminal)
    {
        ServeSettings settings = new();
        Command command = new(Name, "Decides for programs in any language: a multi-tenant service over HTTP.");
        foreach (ServeSetting setting in settings.All) command.Options.Add(setting.Option);
        command.SetAction(async (parsed, ct) =>
        {
            IReadOnlyDictionary<string, string> environment = terminal.Environment;
            ServeOptions options = settings.Read(parsed, environment);
            foreach (string unknown in EnvironmentSettings.Unknown(environment.Keys, settings.All.Select(setting => setting.Variable)))
                await terminal.Error.WriteLineAsync($"warning: {PlainText.Clean(unknown)} is set, and no such setting is known. See: headgate serve --help").ConfigureAwait(false);
            return await ServeRun.RunAsync(options, ct).ConfigureAwait(false);
        });
        return command;
    }
}
