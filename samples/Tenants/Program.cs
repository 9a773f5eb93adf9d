// Two limits on each request, as one decision: 8 requests an hour for a tenant, and 5 for each of its users. Whoever is refused by the one is
// charged nothing by the other, so a user who knocks in vain takes nothing from the colleagues.
// dotnet run --project samples/Tenants serves, and curl -i -H 'Host: acme.localhost' -H 'X-User: ann' http://localhost:5000/ asks; with -- --demo it asks itself.
using Headgate;
using Headgate.AspNetCore;
using Headgate.Extensions;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
if (Demo.IsWanted(args)) builder.Logging.ClearProviders();
builder.Services.AddHeadgate()
    .AddPolicy("per-tenant", Limit.TokenBucket(capacity: 8, Rate.PerHour(8)), policy => policy with { Key = KeySelector.Parse("tenant") })
    .AddPolicy("per-user", Limit.TokenBucket(capacity: 5, Rate.PerHour(5)), policy => policy with { Key = KeySelector.Parse("tenant+user") })
    .ConfigureHttp(http => http with { Identity = new IdentityOptions { Tenant = TenantOf, User = UserOf, NoIdentity = NoIdentity.Refuse } });

WebApplication app = builder.Build();
app.UseHeadgate("per-tenant", "per-user");
app.MapGet("/", (HttpContext context) => $"hello, {UserOf(context)} of {TenantOf(context)}");

await Demo.RunAsync(app, args, async client =>
{
    Console.WriteLine($"ann of acme: {await AskAsync("acme", "ann")} of 20");
    Console.WriteLine($"bob of acme: {await AskAsync("acme", "bob")} of 20, for ann's 15 refusals cost the tenant nothing");
    Console.WriteLine($"ann of zoo:  {await AskAsync("zoo", "ann")} of 20, another ann");
    await client.ShowAsync("/", "Host", "acme.localhost", "X-User", "bob");
    await client.ShowAsync("/");

    Task<int> AskAsync(string tenant, string user) => client.CountAsync(20, "/", "Host", $"{tenant}.localhost", "X-User", user);
});

// acme.localhost -> acme. An application takes the tenant from where it has proved it: a claim of a token is the default.
static string? TenantOf(HttpContext context) =>
    context.Request.Host.Host.Split('.') is [string tenant, "localhost"] ? tenant : null;

// Stands for authentication, which this sample leaves out: anybody can write a header.
static string? UserOf(HttpContext context) => context.Request.Headers["X-User"];
