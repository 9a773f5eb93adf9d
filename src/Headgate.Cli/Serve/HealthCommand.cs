using System.CommandLine;
using System.Globalization;

namespace Headgate.Cli.Serve;

/// <summary><c>headgate check-health</c>: whether a service answers, for containers that have no curl.</summary>
internal static class HealthCommand
{
    private const string Live = "health/live";
    private const string Ready = "health/ready";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static Command Create(Terminal terminal)
    {
        Argument<string> url = new("URL") { Description = "The service.", DefaultValueFactory = _ => Headgate.Server.ServeOptions.DefaultUrls };
        Option<bool> ready = new("--ready") { Description = "Ask whether it is ready for work (/health/ready), and not only alive (/health/live)." };
        Command command = new("check-health", "Ask a service whether it is well: exit code 0 if so, else 1.") { url, ready };
        command.SetAction(async (parsed, ct) =>
        {
            Uri target = new(ServiceUrl.Parse(parsed.GetValue(url)!, "URL"), parsed.GetValue(ready) ? Ready : Live);
            using HttpClient client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Patience }) { Timeout = Patience };
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(target, ct).ConfigureAwait(false);
                string text = await answer.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
                await terminal.Output.WriteLineAsync(PlainText.Clean(text, 2000)).ConfigureAwait(false);
                return answer.IsSuccessStatusCode
                    ? ExitCode.Done
                    : throw CommandException.Failed(string.Create(CultureInfo.InvariantCulture, $"{target} answers {(int)answer.StatusCode}."));
            }
            catch (HttpRequestException refused)
            {
                throw CommandException.Failed($"{target} does not answer: {PlainText.Reason(refused)}. Check that the service runs and listens there.");
            }
            catch (TaskCanceledException) when (!ct.IsCancellationRequested)
            {
                throw CommandException.Failed($"{target} did not answer within {Patience.TotalSeconds} s.");
            }
        });
        return command;
    }
}
