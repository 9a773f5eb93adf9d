using System.CommandLine;
using Headgate.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Headgate.Cli.Serve;

/// <summary><c>headgate serve</c>: the decision service.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Option<string> urls = new("--urls") { Description = "Where to listen, several by semicolons.", DefaultValueFactory = _ => ServeOptions.DefaultUrls };
        Option<string?> config = new("--config") { Description = "A headgate.yaml or .json: policies for the service itself, and the store." };
        Option<string?> redis = new("--redis") { Description = "Redis for limits and configuration that a fleet shares.", HelpName = RedisArgument.HelpName };
        Option<string?> data = new("--data") { Description = "The folder in which configuration and counters outlive the process." };
        Command command = new("serve", "Decides for programs in any language: a multi-tenant service over HTTP.") { urls, config, redis, data };
        command.SetAction(async (parsed, ct) =>
        {
            ServeOptions options = new()
            {
                Urls = parsed.GetValue(urls)!,
                ConfigFile = parsed.GetValue(config),
                Redis = parsed.GetValue(redis) is { } given ? RedisArgument.Parse(given).Configuration : null,
                DataFolder = parsed.GetValue(data),
            };
            WebApplication app = HeadgateServer.Create(options);
            await using (app.ConfigureAwait(false)) await app.RunAsync(ct).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }
}
