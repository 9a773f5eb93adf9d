// Limits for a minimal API: two lines, the two that say Headgate. Every client has a burst of 3 requests and one more each minute.
// dotnet run --project samples/MinimalApi serves, and curl -i http://localhost:5000/ shows the headers; with -- --demo it asks itself.
using Headgate;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
if (Demo.IsWanted(args)) builder.Logging.ClearProviders();
builder.Services.AddHeadgate().AddPolicy("api", Limit.TokenBucket(capacity: 3, Rate.PerMinute(1)));

WebApplication app = builder.Build();
app.UseHeadgate("api");

app.MapGet("/", () => "Hello World!");
app.MapGet("/report", () => "a long report").RequireHeadgate("api", cost: 2);
app.MapGet("/health", () => "fine").DisableHeadgate();

await Demo.RunAsync(app, args, async client =>
{
    await client.ShowAsync("/");
    await client.ShowAsync("/report");
    int refused = await client.ShowAsync("/");
    Console.WriteLine($"the third was answered {refused}, and /health is open: {await client.CountAsync(5, "/health")} of 5");
});
