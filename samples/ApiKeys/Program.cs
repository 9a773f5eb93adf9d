// API keys with limits of their own, all from headgate.yaml, which may change while the application runs: what a customer has used stays used.
// dotnet run --project samples/ApiKeys serves: ask with curl -i -H 'X-Api-Key: s3cret-small' http://localhost:5000/v1/orders, edit the file, ask
// again. With -- --demo it does that itself, on a copy of the file.
using Headgate.Extensions;

string file = Path.Combine(AppContext.BaseDirectory, "headgate.yaml");
if (Demo.IsWanted(args))
{
    string folder = Directory.CreateTempSubdirectory("headgate-sample-").FullName;
    File.Copy(file, file = Path.Combine(folder, "headgate.yaml"));
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
if (Demo.IsWanted(args)) builder.Logging.ClearProviders();
builder.Services.AddHeadgate().AddConfigurationFile(file);

WebApplication app = builder.Build();
app.UseHeadgate();
app.MapGet("/v1/orders", () => "no orders");

await Demo.RunAsync(app, args, async client =>
{
    IRateLimitPolicies policies = app.Services.GetRequiredService<IRateLimitPolicies>();
    try
    {
        await ReportAsync("with the file as it is");

        // Another number for one customer: the five that were used are not given back.
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("capacity=5,", "capacity=8,", StringComparison.Ordinal));
        await UntilAsync(() => policies.Find("public-api")!.Overrides["small-shop"] is Headgate.TokenBucketLimit { Capacity: 8 });
        await ReportAsync("small-shop now has 8");
        await client.ShowAsync("/v1/orders", "X-Api-Key", "s3cret-small");
    }
    finally
    {
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    async Task ReportAsync(string when)
    {
        int small = await client.CountAsync(10, "/v1/orders", "X-Api-Key", "s3cret-small");
        int big = await client.CountAsync(10, "/v1/orders", "X-Api-Key", "s3cret-big");
        int unknown = await client.CountAsync(10, "/v1/orders", "X-Api-Key", "made-up");
        int none = await client.CountAsync(10, "/v1/orders");
        Console.WriteLine($"{when}: small-shop {small}, big-shop {big}, an unknown key {unknown}, no key {none}, of 10 each");
    }
});

// The file is looked at about twice a second.
static async Task UntilAsync(Func<bool> isSo)
{
    for (int i = 0; i < 600 && !isSo(); i++) await Task.Delay(50);
    if (!isSo()) throw new TimeoutException("The changed file was not taken over within 30 s.");
}
