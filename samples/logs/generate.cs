// Writes two hours of access log as a small shop's web server might: dotnet run samples/logs/generate.cs > samples/logs/access.log
// With a number it writes that many lines, of as many hours as it takes: dotnet run samples/logs/generate.cs 1000000 > big.log
// Addresses are from the ranges reserved for documentation (RFC 5737, RFC 3849). The same seed gives the same log everywhere.
#:property PublishAot=false
using System.Globalization;
using System.Text;

int wanted = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : int.MaxValue;
using Stream output = Console.OpenStandardOutput();
using StreamWriter writer = new(output, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
int written = 0;
for (int part = 0; written < wanted && (part == 0 || args.Length > 0); part++)
{
    foreach (string line in new Shop(part).TwoHours())
    {
        if (written++ == wanted) return;
        writer.WriteLine(line);
    }
}

internal sealed class Shop(int part)
{
    private static readonly DateTime Opens = new(2026, 3, 10, 14, 0, 0, DateTimeKind.Utc);

    private static readonly string[] Browsers =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:147.0) Gecko/20100101 Firefox/147.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.2 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 16; \\\"Pixel 10\\\") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Mobile Safari/537.36",
    ];

    private static readonly string[] Pages = ["/", "/garden", "/garden/hoses", "/garden/valves?sort=price", "/pumps", "/pumps/solar", "/cart", "/checkout", "/help"];
    private static readonly string[] Assets = ["/css/shop.css", "/js/app.js", "/js/cart.js", "/img/logo.svg", "/img/hero.webp", "/fonts/text.woff2"];

    private readonly Random _random = new(4711 + part);
    private readonly List<(double Start, double End, string Text)> _requests = [];

    public IEnumerable<string> TwoHours()
    {
        for (int i = 0; i < 60; i++) Visitor(i);
        Crawler();
        PasswordGuesser();
        Scraper();
        BrokenApp();

        // A server writes a line when the answer is complete, with the time at which the request came: slow ones stand too late.
        return _requests.OrderBy(r => r.End).Select(r =>
        {
            DateTime at = Opens.AddHours(2 * part).AddSeconds(Math.Floor(r.Start));
            string[] address = r.Text.Split('\t');
            return string.Create(CultureInfo.InvariantCulture, $"{address[0]} - {address[1]} [{at:dd/MMM/yyyy:HH:mm:ss} +0000] {address[2]}");
        });
    }

    private void Visitor(int number)
    {
        string ip = (number % 4) switch
        {
            0 => $"192.0.2.{_random.Next(1, 255)}",
            1 => $"198.51.100.{_random.Next(1, 255)}",
            2 => $"203.0.113.{_random.Next(1, 255)}",
            _ => $"2001:db8:{_random.Next(1, 65536):x}:{_random.Next(1, 65536):x}::{_random.Next(1, 65536):x}",
        };
        string user = number % 6 == 0 ? $"customer{_random.Next(1000, 9999)}" : "-";
        string browser = Browsers[_random.Next(Browsers.Length)];
        double now = _random.NextDouble() * 6600;
        string referer = "-";
        for (int page = _random.Next(1, 9); page > 0 && now < 7190; page--)
        {
            string path = Pages[_random.Next(Pages.Length)];
            Add(now, ip, user, "GET", path, 200, _random.Next(4000, 30000), referer, browser);
            referer = $"https://shop.example{path}";
            for (int i = _random.Next(1, Assets.Length); i >= 0; i--)
                Add(now + 0.2 + _random.NextDouble(), ip, user, "GET", Assets[i], _random.Next(3) == 0 ? 304 : 200, _random.Next(900, 90000), referer, browser);
            now += 8 + (_random.NextDouble() * 90);
        }
    }

    private void Crawler()
    {
        for (double now = 600; now < 3000; now += 4 + (_random.NextDouble() * 4))
        {
            Add(now, "203.0.113.66", "-", "GET", $"/garden/item/{_random.Next(1, 900)}", 200, _random.Next(5000, 20000), "-",
                "ExampleBot/2.1 (+https://bot.example/about)");
        }
    }

    private void PasswordGuesser()
    {
        for (double now = 2520; now < 2538; now += 0.1 + (_random.NextDouble() * 0.1))
            Add(now, "203.0.113.24", "-", "POST", "/login", 401, 512, "-", "python-requests/2.32.4");
    }

    private void Scraper()
    {
        for (double now = 4300; now < 4345; now += 0.2 + (_random.NextDouble() * 0.3))
            Add(now, "198.51.100.77", "-", "GET", $"/api/search?q=valve&page={_random.Next(1, 400)}", 200, _random.Next(900, 9000), "-", "Go-http-client/2.0");
    }

    private void BrokenApp()
    {
        for (double now = 5710; now < 5715; now += 0.08 + (_random.NextDouble() * 0.03))
            Add(now, "2001:db8:4b::1f", "customer2041", "PUT", "/api/cart/77", 503, 230, "https://shop.example/cart", "ShopApp/4.0.1 (Android)");
    }

    private void Add(double start, string ip, string user, string method, string path, int status, int bytes, string referer, string agent)
    {
        double took = 0.05 + (_random.NextDouble() < 0.04 ? _random.NextDouble() * 8 : _random.NextDouble() * 0.4);
        _requests.Add((start, start + took, $"{ip}\t{user}\t\"{method} {path} HTTP/2.0\" {status} {bytes} \"{referer}\" \"{agent}\""));
    }
}
