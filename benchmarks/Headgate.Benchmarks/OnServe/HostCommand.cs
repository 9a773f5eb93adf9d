using System.CommandLine;
using Headgate.Server;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Benchmarks.OnServe;

/// <summary>One of the two servers, in a process of its own: says where it listens and lives until its input ends.</summary>
internal static class HostCommand
{
    public const string Verb = "serve-one";
    public const string Bare = "bare";
    public const string Service = "service";

    /// <summary>The tenant of all requests, of which one action is configured, so that a limit of many is found and admits.</summary>
    public const string Tenant = "acme";

    public const string Action = "login";

    private const int OtherTenants = 100;

    public static Command Create()
    {
        Argument<string> which = new("which");
        Command command = new(Verb, "One server, in this process.") { which };
        command.Hidden = true;
        command.SetAction(async (parsed, ct) =>
        {
            WebApplication app = parsed.GetValue(which) == Bare ? BareEndpoint.Create() : CreateService();
            await using (app.ConfigureAwait(false))
            {
                await app.StartAsync(ct).ConfigureAwait(false);
                if (app.Services.GetService<ConfigBook>() is { } book) await ConfigureAsync(book, ct).ConfigureAwait(false);
                Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
                await Console.In.ReadToEndAsync(ct).ConfigureAwait(false);
                await app.StopAsync(ct).ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    /// <summary>As <c>headgate serve</c> has it by default, but for the console, which has other things to say here.</summary>
    public static WebApplication CreateService() => HeadgateServer.Create(new ServeOptions { Urls = "http://127.0.0.1:0" }, builder => builder.Logging.ClearProviders());

    public static Task ConfigureAsync(ConfigBook book, CancellationToken ct)
    {
        ActionRule rule = ActionRule.Create(Algorithm.TokenBucket, 100_000_000, TimeSpan.FromSeconds(1), 1_000_000_000);
        return book.ChangeAsync("benchmark", "limits", _ =>
            [.. Enumerable.Range(0, OtherTenants).Select(i => $"tenant-{i}").Append(Tenant).Select(tenant => new ConfigEdit(NodeAddress.OfAction(tenant, Action), null, rule))], ct);
    }
}
