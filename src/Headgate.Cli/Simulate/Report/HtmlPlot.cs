using System.Globalization;
using System.Text;
using Headgate.Cli.Simulate.Replay;

namespace Headgate.Cli.Simulate.Report;

/// <summary>Requests over time as an inline picture. Words stand beside it in HTML, so that they keep their size on a
/// phone.</summary>
internal static class HtmlPlot
{
    private const int MostColumns = 200;
    private const int Height = 100;

    public static string Draw(SimulationResult result, int row, string name)
    {
        Timeline time = result.Timeline;
        long[] requests = time.Row(0, MostColumns), denied = time.Row(row, MostColumns);
        long step = time.WidthMicros * time.BinsIn(MostColumns), span = step * requests.Length;
        long most = Math.Max(1, requests.Max());

        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture,
            $"""<div class="plot"><div class="area"><div class="most">{Format.Count(most)}</div><svg viewBox="0 0 {requests.Length} {Height}" preserveAspectRatio="none" role="img" aria-label="Requests over time, allowed and denied by {HtmlReport.Escape(name)}">""");
        for (int i = 0; i < requests.Length; i++)
        {
            if (requests[i] == 0) continue;
            double all = Scale(requests[i], most), red = Scale(denied[i], most);
            if (requests[i] > denied[i]) Bar("allowed", i, Height - all + red, all - red);
            if (denied[i] > 0) Bar("denied", i, Height - all, red);
            html.Append(CultureInfo.InvariantCulture,
                $"""<rect class="hit" x="{i}" y="0" width="1" height="{Height}"><title>{Format.Time(time.StartMicros + (i * step))}: {Format.Count(requests[i], "request")}, {Format.Count(denied[i])} denied</title></rect>""");
        }

        html.Append("""</svg></div><div class="axis">""");
        for (int i = 0; i <= 4; i++)
            html.Append(CultureInfo.InvariantCulture, $"""<span{(i is 1 or 3 ? " class=\"inner\"" : "")}>{Format.AxisTime(time.StartMicros + (span * i / 4), span)}</span>""");
        html.Append(CultureInfo.InvariantCulture,
            $"""</div><div class="legend"><span><i style="background:var(--allowed)"></i>allowed</span><span><i style="background:var(--denied)"></i>denied</span><span>requests in {Format.Duration(step)} each, UTC</span></div></div>""");
        return html.ToString();

        void Bar(string kind, int x, double y, double height) => html.Append(CultureInfo.InvariantCulture,
            $"""<rect class="{kind}" x="{x + 0.05:0.##}" y="{y:0.##}" width="0.9" height="{height:0.##}"/>""");
    }

    /// <summary>Whatever is not nothing is at least visible.</summary>
    private static double Scale(long count, long most) => count == 0 ? 0 : Math.Max(1.2, count * (double)(Height - 2) / most);
}
