using System.Globalization;
using System.Text;

namespace Headgate.Benchmarks.OnLoad;

/// <summary>The quiet tenant's requests over time, with and without fair queueing, as a picture for light and dark pages.</summary>
internal sealed class FairnessPlot(double seconds, double floodFrom, double floodTo)
{
    private const double Left = 70, Right = 740, Top = 60, Bottom = 300, Least = 10, Most = 2000;

    public static string Title => "A quiet tenant while another floods, with a queue for each and with one queue for all";

    public string Of(IReadOnlyList<QuietRequest> fair, IReadOnlyList<QuietRequest> one)
    {
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 372" width="760" height="372" role="img" aria-label="{{Title}}">
              <title>{{Title}}</title>
              <style>
                text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2933 }
                .head { font-size: 15px; font-weight: 600 } .soft { fill: #5b6875 } .mid { text-anchor: middle } .end { text-anchor: end }
                .grid { stroke: #d5dce3; fill: none } .flood { fill: #d79b2a; fill-opacity: .14 }
                .fair { fill: #2b78b5 } .one { fill: #c4362b } .no { stroke: #c4362b; stroke-width: 1.5; fill: none }
                @media (prefers-color-scheme: dark) {
                  text { fill: #e3e9ef } .soft { fill: #9aa8b5 } .grid { stroke: #36414c }
                  .fair { fill: #63b3ec } .one { fill: #ff7a6e } .no { stroke: #ff7a6e }
                }
              </style>
              <text class="head" x="{{Left}}" y="24">Time from request to answer of the quiet tenant</text>
              <rect class="flood" x="{{X(floodFrom):0.#}}" y="{{Top}}" width="{{X(floodTo) - X(floodFrom):0.#}}" height="{{Bottom - Top}}"/>
              <text class="mid soft" x="{{(X(floodFrom) + X(floodTo)) / 2:0.#}}" y="{{Top - 8}}">another tenant floods</text>

            """);
        foreach (int millis in (int[])[10, 20, 50, 100, 200, 500, 1000, 2000])
        {
            svg.Append(CultureInfo.InvariantCulture, $"""  <path class="grid" d="M{Left} {Y(millis):0.#}H{Right}"/><text class="end soft" x="{Left - 8}" y="{Y(millis) + 4:0.#}">{millis} ms</text>""").Append('\n');
        }

        for (int second = 0; second <= seconds; second++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""  <text class="mid soft" x="{X(second):0.#}" y="{Bottom + 18}">{second} s</text>""").Append('\n');
        }

        foreach (QuietRequest request in one) svg.Append(request.IsServed ? Dot("one", request) : Cross(request));
        foreach (QuietRequest request in fair) svg.Append(request.IsServed ? Dot("fair", request) : Cross(request));
        svg.Append(CultureInfo.InvariantCulture, $"""
              <circle class="fair" cx="{Left + 5}" cy="336" r="4"/><text x="{Left + 16}" y="340">a queue for each, in turns (FairGate): {Words(fair)}</text>
              <circle class="one" cx="{Left + 5}" cy="356" r="4"/><text x="{Left + 16}" y="360">one queue for all: {Words(one)} (a cross each)</text>
            </svg>

            """);
        return svg.ToString();
    }

    /// <summary>The 99th percentile of those served and the number of those refused, during the flood.</summary>
    public string Words(IReadOnlyList<QuietRequest> requests)
    {
        QuietRequest[] during = [.. requests.Where(r => r.At >= floodFrom && r.At < floodTo)];
        double[] served = [.. during.Where(r => r.IsServed).Select(r => r.Millis).Order()];
        string p99 = served.Length == 0 ? "none served" : string.Create(CultureInfo.InvariantCulture, $"p99 {served[(int)Math.Ceiling(0.99 * served.Length) - 1]:0} ms");
        return $"{p99}, {during.Length - served.Length} of {during.Length} refused during the flood";
    }

    private double X(double at) => Left + ((Right - Left) * at / seconds);

    private static double Y(double millis) =>
        Bottom - ((Bottom - Top) * Math.Log(Math.Clamp(millis, Least, Most) / Least) / Math.Log(Most / Least));

    private string Dot(string kind, QuietRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"""  <circle class="{kind}" cx="{X(request.At):0.#}" cy="{Y(request.Millis):0.#}" r="2.2"/>""") + "\n";

    private string Cross(QuietRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"""  <path class="no" d="M{X(request.At) - 3:0.#} {Top + 4}l6 6m0 -6l-6 6"/>""") + "\n";
}
