using System.Globalization;
using System.Text;

namespace Headgate.Benchmarks.Simulate;

/// <summary>
/// Writes a log in the combined format that is like a real one: few busy clients and many quiet ones, and half of the lines up to
/// a minute late.
/// </summary>
internal static class AccessLog
{
    private const int Clients = 20_000;
    private const int LinesASecond = 20;
    private const int LatestSeconds = 59;
    private const int Seed = 20_240_229;

    private static readonly string[] Requests =
    [
        "GET / HTTP/1.1",
        "GET /assets/app.3f9c1d.css HTTP/1.1",
        "GET /api/v1/orders?page=3&size=50 HTTP/1.1",
        "POST /api/v1/orders HTTP/1.1",
        "GET /favicon.ico HTTP/1.1",
    ];

    private static readonly string[] Referrers = ["-", "https://example.com/", "https://example.com/catalogue/spring?sort=price"];

    private static readonly string[] Agents =
    [
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/604.1",
        "curl/8.6.0",
        "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://example.com/bot.html)",
    ];

    public static void Write(string path, int lines)
    {
        Random random = new(Seed);
        DateTime start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        using StreamWriter writer = new(path, append: false, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        for (int i = 0; i < lines; i++)
        {
            // The square of an even draw makes the first clients busy: the busiest hundredth sends a tenth of the lines.
            double draw = random.NextDouble();
            int client = (int)(draw * draw * Clients);
            int late = random.Next(2) == 0 ? 0 : random.Next(LatestSeconds + 1);
            DateTime time = start.AddSeconds((i / LinesASecond) + LatestSeconds - late);
            int status = random.Next(20) == 0 ? 404 : 200;
            writer.Write(string.Create(CultureInfo.InvariantCulture,
                $"10.{client >> 16}.{(client >> 8) & 255}.{client & 255} - - [{time:dd/MMM/yyyy:HH:mm:ss} +0000] "));
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"\"{Pick(random, Requests)}\" {status} {random.Next(200, 90_000)} "));
            writer.WriteLine($"\"{Pick(random, Referrers)}\" \"{Pick(random, Agents)}\"");
        }
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
