namespace Headgate.Cli.Simulate.Report;

/// <summary>The report's style sheet: light and dark, wide and narrow, on paper too.</summary>
internal static class HtmlStyle
{
    public const string Css = """
        :root {
          color-scheme: light dark;
          --page: #f5f6f4; --card: #ffffff; --ink: #1b2420; --soft: #5d6963; --line: #dfe4e0;
          --allowed: #2f8f83; --denied: #d4472f; --tint: #e8f3f1; --warn: #fbeae6;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #121715; --card: #1b2220; --ink: #e6ece9; --soft: #94a29b; --line: #2d3734;
            --allowed: #45b3a4; --denied: #ff7356; --tint: #1d302d; --warn: #38211c;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 1040px; margin: 0 auto; padding: 32px 20px 64px; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.02em; text-wrap: balance; }
        h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; }
        h3 { font-size: 0.95rem; margin: 28px 0 8px; }
        p { margin: 6px 0; max-width: 75ch; }
        code, .limit, .key { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.92em; }
        .soft { color: var(--soft); }
        .small { font-size: 0.85rem; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px; margin-top: 20px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 14px 24px; margin: 18px 0 4px; }
        .tile b { display: block; font-size: 1.55rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
        .tile span { color: var(--soft); font-size: 0.85rem; }
        .bad b, td.bad { color: var(--denied); }
        .plot { margin: 20px 0 4px; }
        .plot .area { position: relative; border-bottom: 1px solid var(--line); }
        .plot svg { display: block; width: 100%; height: 190px; }
        .plot .most { position: absolute; top: 0; left: 0; right: 0; border-top: 1px dashed var(--line); font-size: 0.75rem; color: var(--soft); pointer-events: none; }
        .plot .axis { display: flex; justify-content: space-between; font-size: 0.75rem; color: var(--soft); padding-top: 4px; }
        .allowed { fill: var(--allowed); } .denied { fill: var(--denied); } .hit { fill: transparent; } .hit:hover { fill: var(--line); fill-opacity: 0.5; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 0.8rem; color: var(--soft); margin: 6px 0 0; }
        .legend i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
        .scroll { overflow-x: auto; margin: 0 -24px; padding: 0 24px; }
        table { border-collapse: collapse; min-width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
        th { text-align: left; font-weight: 500; color: var(--soft); font-size: 0.78rem; }
        th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: middle; }
        tr:last-child td { border-bottom: 0; }
        th.n, td.n { text-align: right; }
        td.key { max-width: 360px; overflow: hidden; text-overflow: ellipsis; }
        .when { display: block; font-family: system-ui, sans-serif; font-size: 0.78rem; color: var(--soft); }
        .bar { display: inline-flex; width: 110px; height: 8px; border-radius: 4px; overflow: hidden; background: var(--allowed); vertical-align: middle; margin-right: 8px; }
        .bar i { background: var(--denied); }
        .found { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 12px; }
        .found > div { background: var(--tint); border-radius: 10px; padding: 14px 16px; }
        .found > div.none { background: var(--warn); }
        .found b { display: block; font-size: 1.35rem; line-height: 1.3; }
        .found .limit { display: block; overflow-wrap: anywhere; margin-top: 6px; }
        .bursts { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 8px 32px; }
        .bursts h3 { margin-top: 12px; }
        ul.notes { margin: 14px 0 0; padding-left: 18px; color: var(--soft); font-size: 0.9rem; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.8rem; margin: 4px 0; }
        dl { display: grid; grid-template-columns: minmax(130px, 190px) 1fr; gap: 8px 20px; margin: 12px 0 0; font-size: 0.9rem; }
        dt { font-weight: 600; } dd { margin: 0; color: var(--soft); max-width: 70ch; }
        footer { margin-top: 24px; color: var(--soft); font-size: 0.8rem; }
        @media (max-width: 600px) {
          main { padding: 20px 12px 40px; } section { padding: 18px 16px; } .scroll { margin: 0 -16px; padding: 0 16px; }
          h1 { font-size: 1.5rem; } .tiles { grid-template-columns: 1fr 1fr; } .plot svg { height: 140px; }
          .axis .inner { display: none; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 10px; }
        }
        @media print { body { background: #fff; } section { break-inside: avoid-page; } }
        """;
}
