using System.Globalization;
using System.Net;
using System.Text;
using Headgate.Cli.Simulate.Search;

namespace Headgate.Cli.Simulate.Report;

/// <summary>One HTML file without anything from elsewhere: no script, no font, no picture but its own.</summary>
/// <remarks>All text from a log goes through <see cref="Escape"/>; the page's own policy forbids scripts besides.</remarks>
internal sealed class HtmlReport
{
    private const int MostBursts = 8;

    private readonly SimulationResult _result;
    private readonly StringBuilder _html = new(64 * 1024);

    private HtmlReport(SimulationResult result) => _result = result;

    public static string Write(SimulationResult result)
    {
        HtmlReport report = new(result);
        report.WritePage();
        return report._html.ToString();
    }

    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    private void WritePage()
    {
        string title = _result.Limits.Count == 1 ? _result.Limits[0].Title : $"{_result.Limits.Count} limits";
        Add($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Simulation of {Escape(title)}</title>
            <style>
            {HtmlStyle.Css}
            </style>
            </head>
            <body>
            <main>
            """);
        WriteHead();
        if (_result.Limits.Count > 1) WriteComparison();
        for (int i = 0; i < _result.Limits.Count; i++) WriteLimit(i);
        WriteBursts();
        WriteTerms();
        Add("""<footer>Written by <code>headgate simulate</code>. Every number comes from replaying the log through the library's own algorithms.</footer>""");
        Add("</main>\n</body>\n</html>\n");
    }

    private void WriteHead()
    {
        SimulationResult r = _result;
        string files = string.Join(", ", r.Files.Take(5).Select(f => f.Name))
            + (r.Files.Count > 5 ? $" and {r.Files.Count - 5} more" : "");
        string headline = r.Limits.Count == 1
            ? $"{Format.Share(r.Limits[0].DeniedShare)} of requests would have been denied"
            : $"{r.Limits.Count} limits would have denied {Format.Share(r.Limits.Min(l => l.DeniedShare))} to {Format.Share(r.Limits.Max(l => l.DeniedShare))} of requests";
        Add($"""<header><h1>{Escape(headline)}</h1><p class="soft">{Escape(files)}, {Format.Time(r.From)} to {Format.Time(r.To)} UTC</p></header>""");
        Add("""<section><h2>The log</h2><div class="tiles">""");
        Tile(Format.Count(r.Requests), Format.Noun(r.Requests, "request"));
        Tile(Format.Count(r.Keys), $"{Format.Noun(r.Keys, "key")}, by {PlainText.Clean(r.Key)}");
        Tile(Format.Duration(r.To - r.From, coarse: true), "from first to last");
        double seconds = Math.Max(1, (r.To - r.From) / 1e6);
        Tile((r.Requests / seconds).ToString("0.##", CultureInfo.InvariantCulture), "requests a second on average");
        if (r.Bursts[0].Rows.Count > 0) Tile(Format.Count(r.Bursts[0].Rows[0].Requests), "most of one key in a second");
        Add("</div>");
        string[] notes = [.. Notes.Of(r)];
        if (notes.Length > 0)
        {
            Add("""<ul class="notes">""");
            foreach (string note in notes) Add($"<li>{Escape(note)}</li>");
            Add("</ul>");
        }

        if (r.FirstBadLines.Count > 0)
        {
            Add("""<details class="small"><summary>The first lines left out</summary>""");
            foreach (Input.BadLine bad in r.FirstBadLines)
                Add($"<pre>{Escape($"{bad.File}, line {bad.Line}: {bad.Problem}\n{bad.Text}")}</pre>");
            Add("</details>");
        }

        Add("</section>");
    }

    private void WriteComparison()
    {
        Add("""<section><h2>Side by side</h2><div class="scroll"><table><tr><th>Limit</th><th>Denied</th><th class="n">Requests denied</th><th class="n">Keys denied</th><th class="n">Longest lock-out</th></tr>""");
        foreach (LimitResult limit in _result.Limits)
        {
            Add($"""<tr><td class="limit">{Escape(limit.Title)}</td><td>{Bar(limit.DeniedShare)}{Format.Share(limit.DeniedShare)}</td><td class="n">{Format.Count(limit.Denied)}</td><td class="n">{Format.Count(limit.KeysDenied)}</td><td class="n">{Format.Duration(limit.LongestLockOut)}</td></tr>""");
        }

        Add("</table></div></section>");
    }

    private void WriteLimit(int index)
    {
        LimitResult limit = _result.Limits[index];
        Add($"""<section><h2 class="limit">{Escape(limit.Limit.ToString())}</h2><div class="tiles">""");
        Tile(Format.Share(limit.DeniedShare), "denied", bad: limit.Denied > 0);
        Tile(Format.Count(limit.Denied), $"{Format.Noun(limit.Denied, "request")} denied");
        Tile(Format.Count(limit.Allowed), $"{Format.Noun(limit.Allowed, "request")} allowed");
        Tile(Format.Count(limit.KeysDenied), $"of {Format.Count(_result.Keys, "key")} denied something");
        Tile(Format.Duration(limit.LongestLockOut), "longest lock-out");
        if (limit.Delays)
        {
            Tile(Format.Duration(limit.TotalDelay), "of waiting, together");
            Tile(Format.Duration(limit.LongestDelay), "longest wait to leave smoothly");
        }

        if (limit.Impossible > 0) Tile(Format.Count(limit.Impossible), "cost more than the limit", bad: true);
        Add("</div>");
        Add(HtmlPlot.Draw(_result, index + 1, limit.Title));
        if (_result.Searched) WriteFound(limit);
        if (limit.Keys.Count > 0) WriteKeys(limit);
        Add("</section>");
    }

    private void WriteFound(LimitResult limit)
    {
        foreach (KnobResult knob in limit.Found)
        {
            Add($"""<h3>The smallest {Escape(knob.Knob.Name)} that would do{(knob.Knob.Part is { } part ? $" (part {part + 1})" : "")}, all else as given</h3><div class="found">""");
            foreach (Suggestion found in Distinct(knob.Suggestions))
            {
                if (found.Value is { } value)
                {
                    string less = found.DeniedByOneLess is { } denied ? $"one less denies {Format.Count(denied)}"
                        : "there is no less";
                    Add($"""<div><span class="soft small">denies at most {Format.PerMille(found.PerMille)}</span><b>{Escape(knob.Knob.Show(value))}</b><span class="soft small">denies {Format.Count(found.Denied)}; {less}</span><span class="limit small">{Escape(knob.Knob.Build(value)!.ToString())}</span></div>""");
                }
                else
                {
                    Add($"""<div class="none"><span class="soft small">denies at most {Format.PerMille(found.PerMille)}</span><b>none</b><span class="soft small">even the largest denies {Format.Count(found.Denied)}: the other numbers are what denies</span></div>""");
                }
            }

            Add("</div>");
        }

        if (!_result.EqualCosts) Add($"""<p class="soft small">{Escape(Notes.UnequalCosts)}</p>""");
    }

    /// <summary>Where not even the loosest share can be had, once is enough to say so.</summary>
    private static IEnumerable<Suggestion> Distinct(IReadOnlyList<Suggestion> found) => found.All(f => f.Value is null)
        ? found.TakeLast(1) : found;

    private void WriteKeys(LimitResult limit)
    {
        string shown = limit.Keys.Count < limit.KeysDenied
            ? $", the {limit.Keys.Count} denied most of {Format.Count(limit.KeysDenied)}" : "";
        Add($"""<h3>Who would have been denied{shown}</h3><div class="scroll"><table><tr><th>Key</th><th>Share denied</th><th class="n">Denied</th><th class="n">Requests</th><th>First denial</th><th>Last denial</th><th class="n">Longest lock-out</th></tr>""");
        foreach (KeyRow row in limit.Keys)
        {
            double share = row.Outcome.Denied / (double)row.Outcome.Requests;
            Add($"""<tr><td class="key" title="{Escape(row.Key.Shown)}">{Escape(row.Key.Shown)}</td><td>{Bar(share)}{Format.Share(share)}</td><td class="n bad">{Format.Count(row.Outcome.Denied)}</td><td class="n">{Format.Count(row.Outcome.Requests)}</td><td>{Format.Time(row.Outcome.FirstDenial)}</td><td>{Format.Time(row.Outcome.LastDenial)}</td><td class="n">{Format.Duration(row.Outcome.LongestLockOut)}</td></tr>""");
        }

        Add("</table></div>");
    }

    private void WriteBursts()
    {
        Add("""<section><h2>Worst bursts</h2><p class="soft small">The most requests of one key in any span of that length, whatever the limit.</p><div class="bursts">""");
        foreach (BurstResult burst in _result.Bursts)
        {
            Add($"""<div><h3>In {burst.SpanSeconds} {(burst.SpanSeconds == 1 ? "second" : "seconds")}</h3><div class="scroll"><table><tr><th>Key, and when the span ended</th><th class="n">Requests</th></tr>""");
            foreach (BurstRow row in burst.Rows.Take(MostBursts))
                Add($"""<tr><td class="key" title="{Escape(row.Key.Shown)}">{Escape(row.Key.Shown)}<span class="when">{Format.Time(row.EndMicros)}</span></td><td class="n">{Format.Count(row.Requests)}</td></tr>""");
            Add("</table></div></div>");
        }

        Add("</div></section>");
    }

    private void WriteTerms()
    {
        Add("<section><h2>What the words mean</h2><dl>");
        Term("Key", "Whose requests are counted together: an address, a user, or whatever --key names. Every key has a limit of its own.");
        Term("Denied", "The limit would have answered \"too many requests\" (429). A denied request takes nothing from the limit.");
        Term("Longest lock-out", "The longest time from a denial until a request like it would have been admitted, denials in between included.");
        Term("Token bucket", "Allows a burst up to its capacity, and refill after that: tokens come back at a steady rate.");
        Term("Leaky bucket", "Admits what fits and lets it leave at a steady rate; the wait is how long admitted work is held back for that.");
        Term("Fixed window", "At most so many in each window of the clock; around a boundary twice as many can pass.");
        Term("Sliding window", "At most so many by an estimate from this window and the last.");
        Term("Sliding log", "At most so many in any span of the window, exactly.");
        Term("The smallest that would do",
            "Found by replaying the whole log again and again with one number of the limit changed: "
            + (_result.EqualCosts ? "no smaller number denies so few." : "one less denies more."));
        Add("</dl></section>");
    }

    private void Term(string term, string meaning) => Add($"<dt>{Escape(term)}</dt><dd>{Escape(meaning)}</dd>");

    private void Tile(string number, string what, bool bad = false) =>
        Add($"""<div class="tile{(bad ? " bad" : "")}"><b>{Escape(number)}</b><span>{Escape(what)}</span></div>""");

    private static string Bar(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"""<span class="bar"><i style="width:{Math.Min(100, share * 100):0.#}%"></i></span>""");

    private void Add(string html) => _html.Append(html).Append('\n');
}
