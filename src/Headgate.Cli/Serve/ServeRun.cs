using System.Net.Sockets;
using Headgate.Extensions;
using Headgate.Server;
using Headgate.Server.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Headgate.Cli.Serve;

/// <summary>Builds the service, runs it until it is told to stop, and says what stood in the way of a start.</summary>
internal static class ServeRun
{
    /// <summary>They log a start that failed with all its stack; this command says it in a line.</summary>
    private static readonly string[] OfFailedStarts = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Hosting.Diagnostics"];

    public static async Task<int> RunAsync(ServeOptions options, CancellationToken ct)
    {
        Started started = new();
        WebApplication app = Build(options, started);
        await using (app.ConfigureAwait(false))
        {
            await StartAsync(app, options, ct).ConfigureAwait(false);
            started.IsSet = true;
            await app.WaitForShutdownAsync(ct).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private static WebApplication Build(ServeOptions options, Started started)
    {
        try
        {
            return HeadgateServer.Create(options, builder =>
            {
                LogLevel least = options.LogLevel == LogLevel.Trace ? LogLevel.Trace : (LogLevel)Math.Max((int)options.LogLevel, (int)LogLevel.Warning);
                foreach (string category in OfFailedStarts) builder.Logging.AddFilter<ConsoleLoggerProvider>(category, level => started.IsSet && level >= least);
            });
        }
        catch (Exception refused) when (Explain(refused) is { } explained)
        {
            throw explained;
        }
    }

    private static async Task StartAsync(WebApplication app, ServeOptions options, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct).ConfigureAwait(false);
        }
        catch (Exception refused) when (Explain(refused) is { } explained)
        {
            throw explained;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop before it had started: so it stops.
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw CommandException.Failed($"{Where(options, taken)} is in use by another program. End that program, or listen elsewhere: --urls http://127.0.0.1:5001");
        }
        catch (Exception refused) when (refused is SocketException || refused.InnerException is SocketException)
        {
            SocketException reason = refused as SocketException ?? (SocketException)refused.InnerException!;
            throw CommandException.Failed($"{Where(options, refused)} cannot be listened on: {PlainText.Reason(reason)}. {Remedy(reason.SocketErrorCode)}");
        }
    }

    /// <summary>Whatever the message names, else all that was asked for.</summary>
    private static string Where(ServeOptions options, Exception refused) =>
        options.Urls.Split(';').FirstOrDefault(url => refused.Message.Contains(url, StringComparison.OrdinalIgnoreCase)) ?? options.Urls;

    private static string Remedy(SocketError error) => error switch
    {
        SocketError.AccessDenied => "Ports below 1024 are for root: use a higher one with --urls, or give the program the capability net_bind_service.",
        SocketError.AddressNotAvailable => "Use an address of this machine, or * for all of them, with --urls.",
        _ => "Listen elsewhere with --urls.",
    };

    private static CommandException? Explain(Exception refused) => refused switch
    {
        ConfigUnavailableException => CommandException.Failed(PlainText.Clean(refused.Message, 600)),
        HeadgateConfigurationException or ServeSettingsException => CommandException.WrongUsage(refused.Message),
        ArgumentException { ParamName: "configuration" } => CommandException.WrongUsage("--redis has an option that the client does not know. "
            + "Write host:port, or several by commas, then options of StackExchange.Redis: 10.0.0.7:6379,password=...,ssl=true"),
        _ => null,
    };

    private sealed class Started
    {
        public volatile bool IsSet;
    }
}
