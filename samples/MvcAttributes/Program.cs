// Controllers say their limits with attributes. Those of the controller and of the action count together, as one decision: a request that the
// action's limit refuses costs the controller's nothing.
// dotnet run --project samples/MvcAttributes serves; with -- --demo it asks itself.
using Headgate;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
if (Demo.IsWanted(args)) builder.Logging.ClearProviders();
builder.Services.AddControllers();
builder.Services.AddHeadgate()
    .AddPolicy("orders", Limit.TokenBucket(capacity: 10, Rate.PerHour(10)))
    .AddPolicy("exports", Limit.TokenBucket(capacity: 1, Rate.PerDay(1)));

WebApplication app = builder.Build();
app.UseHeadgate();
app.MapControllers();

await Demo.RunAsync(app, args, async client =>
{
    await client.ShowAsync("/orders/7");
    await client.ShowAsync("/orders/export");
    await client.ShowAsync("/orders/export");
    Console.WriteLine($"10 permits - 1 for an order - 5 for an export leave {await client.CountAsync(20, "/orders/7")}: the refused export cost none");
    Console.WriteLine($"the status is open to all: {await client.CountAsync(20, "/orders/status")} of 20");
});
