// Asks a decision service: one that runs at the address given (dotnet run -- http://127.0.0.1:5000), or one that is started here and ends with the sample.
// Sets a limit, checks in the three ways there are, looks, and changes the limit against its ETag.
using System.Globalization;
using Headgate.Client;
using Headgate.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
await using WebApplication? own = args.Length > 0 ? null : await StartAsync();
Uri address = new(own is null ? args[0] : own.Urls.First());

using HttpClient http = new() { BaseAddress = address };
using HeadgateClient client = new(http, new HeadgateClientOptions { Timeout = TimeSpan.FromSeconds(5) });
ConfigurationClient configuration = client.Configuration;

ChangeResult set = await configuration.SetLimitAsync("acme", "login", ActionLimit.Of(3, TimeSpan.FromSeconds(60)), ChangeCondition.New);
Console.WriteLine(set.IsMade ? "limit set" : "somebody has set it already");

CheckResult check = await client.CheckAsync("acme", "ann", "login");
if (check.Source is CheckSource.FailOpen or CheckSource.FailLocal) Console.WriteLine("the service is away: decided here");
else if (check.IsAllowed) Console.WriteLine($"check: allowed true, {check.Remaining} left");
else Console.WriteLine($"check: denied, come back in {check.RetryAfter.TotalSeconds} s");

IReadOnlyList<BatchResult> batch = await client.CheckAsync([new("acme", "ann", "login"), new("acme", "bob", "login"), new("acme", "bob", "login", Cost: 9)]);
Console.WriteLine($"batch: {string.Join(' ', batch.Select(one => one.IsAllowed ? "true" : "false"))}");

CheckResult all = await client.CheckAllAsync("acme", "ann", [new("login"), new("export", 5) { MaxRequests = 10, Window = TimeSpan.FromSeconds(60) }]);
Console.WriteLine($"all: allowed {(all.IsAllowed ? "true" : "false")}, {all.Remaining} left");

CheckResult status = await client.GetStatusAsync("acme", "ann", "login");
Console.WriteLine($"status: {status.Remaining} left");

foreach (int permits in (int[])[4, 5])
{
    ChangeResult change = await configuration.SetLimitAsync("acme", "login", ActionLimit.Of(permits, TimeSpan.FromSeconds(60)), ChangeCondition.Unchanged(set.ETag!));
    Console.WriteLine($"change to {permits}: {(change.Outcome == ChangeOutcome.Conflict ? 412 : 200)}");
}

Console.WriteLine($"health: {((await client.GetHealthAsync()).IsReady ? 200 : 503)}");

static async Task<WebApplication> StartAsync()
{
    WebApplication service = HeadgateServer.Create(new ServeOptions { Urls = "http://127.0.0.1:0" }, builder => builder.Logging.ClearProviders());
    await service.StartAsync();
    return service;
}
