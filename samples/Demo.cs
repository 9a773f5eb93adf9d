using System.Net.Http.Headers;

/// <summary>What the web samples have in common: they serve, or with --demo ask themselves a few things, print what came and end.</summary>
internal static class Demo
{
    private static readonly string[] Shown = ["RateLimit-Policy", "RateLimit", "Retry-After"];

    public static bool IsWanted(string[] args) => args.Contains("--demo");

    /// <summary>Runs the application as always, or, with --demo, on a free port of this machine for as long as the requests take.</summary>
    public static async Task RunAsync(WebApplication app, string[] args, Func<HttpClient, Task> requests)
    {
        if (!IsWanted(args))
        {
            await app.RunAsync();
            return;
        }

        app.Urls.Clear();
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
        await requests(client);
        await app.StopAsync();
    }

    /// <summary>Asks, with header fields as name and value in turn, and prints the answer as curl -i does, but for what is of no interest here.</summary>
    public static async Task<int> ShowAsync(this HttpClient client, string path, params string[] headers)
    {
        using HttpResponseMessage answer = await client.AskAsync(path, headers);
        Console.WriteLine($"GET {path} {string.Join(' ', headers.Chunk(2).Select(pair => $"{pair[0]}: {pair[1]}"))}".TrimEnd());
        Console.WriteLine($"  {(int)answer.StatusCode} {answer.ReasonPhrase}");
        foreach (string name in Shown)
        {
            if (answer.Headers.TryGetValues(name, out IEnumerable<string>? values)) Console.WriteLine($"  {name}: {string.Join(", ", values)}");
        }

        if (answer.Content.Headers.ContentType is MediaTypeHeaderValue type) Console.WriteLine($"  Content-Type: {type}");
        Console.WriteLine($"  {await answer.Content.ReadAsStringAsync()}");
        return (int)answer.StatusCode;
    }

    /// <summary>Asks so many times and returns how many were admitted.</summary>
    public static async Task<int> CountAsync(this HttpClient client, int times, string path, params string[] headers)
    {
        int admitted = 0;
        for (int i = 0; i < times; i++)
        {
            using HttpResponseMessage answer = await client.AskAsync(path, headers);
            if (answer.IsSuccessStatusCode) admitted++;
        }

        return admitted;
    }

    private static async Task<HttpResponseMessage> AskAsync(this HttpClient client, string path, string[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        foreach (string[] pair in headers.Chunk(2)) request.Headers.Add(pair[0], pair[1]);
        return await client.SendAsync(request);
    }
}
