using System.Globalization;

namespace Headgate.Cli.Check;

/// <summary>Answers for a person: a block for one, a line each for several. Colours only where the terminal has them.</summary>
internal sealed class CheckText : ICheckReport
{
    private const int MostOfKey = 200;

    private readonly CheckOptions _options;
    private readonly IReadOnlyList<string> _keys;
    private readonly Terminal _terminal;

    /// <summary>Who decided is news only where several could have.</summary>
    private readonly bool _several;

    public CheckText(CheckOptions options, IReadOnlyList<string> keys, Terminal terminal)
    {
        _options = options;
        _keys = keys;
        _terminal = terminal;
        _several = options.Limit is CompositeLimit;
    }

    public void Decided(long number, Decision decision, string source)
    {
        if (_options.Repeat == 1) WriteBlock(decision, source);
        else WriteLine(number, decision, source);
    }

    public void End(CheckTotal total)
    {
        TextWriter output = _terminal.Output;
        if (_options.Repeat > 1)
        {
            output.WriteLine(Invariant(
                $"{Format.Count(total.Decisions)} decisions: {Format.Count(total.Allowed)} allowed, {Format.Count(total.Denied)} denied, in {Exact(Whole(total.Elapsed))}"));
        }

        if (_keys.Count > 0)
        {
            output.WriteLine(_keys.Count == 1 ? "Its state in Redis is in this key:" : "Its state in Redis is in these keys:");
            foreach (string key in _keys) output.WriteLine($"  {PlainText.Clean(key, 4000)}");
        }

        if (_options.Peek) output.WriteLine("A peek: nothing was taken.");
        if (CheckRun.Holds(_options.Limit) && !_options.Peek) output.WriteLine("What the concurrency limit gave was given back at the end.");
        if (_options.Redis is null) output.WriteLine("Decided in memory, where nothing is kept between runs. Name a Redis with --redis to share the count and keep it.");
    }

    private void WriteBlock(Decision decision, string source)
    {
        TextWriter output = _terminal.Output;
        output.WriteLine(Invariant($"{Verdict(decision)}: {Quoted(_options.Key)}, cost {Format.Count(_options.Cost)}"));
        WriteField("remaining", $"{Format.Count(decision.Remaining)} of {Format.Count(decision.Limit)}");
        WriteField("retry after", RetryAfter(decision));
        WriteField("reset after", Exact(decision.ResetAfter));
        WriteField("delay", Exact(decision.Delay));
        WriteField("decided by", PlainText.Clean(decision.DecidedBy ?? "nobody"));
        if (decision.ShadowDeniedBy is { } shadow) WriteField("shadow", $"{PlainText.Clean(shadow)} would have denied");
        WriteField("source", source == "redis" ? $"redis at {_options.Redis!.Display}" : Words(source));
    }

    private void WriteField(string name, string value) => _terminal.Output.WriteLine($"  {name,-11}  {value}");

    private void WriteLine(long number, Decision decision, string source)
    {
        TextWriter output = _terminal.Output;
        int digits = _options.Repeat.ToString(CultureInfo.InvariantCulture).Length;
        if (number == 1)
        {
            string by = _several ? "  decided by" : "";
            string heading = $"{new string(' ', digits)}  {"",-7}  {"remaining",13}  {"retry after",13}  {"reset after",13}  {"delay",13}  {"source",-10}{by}";
            output.WriteLine(_terminal.Colours ? $"\e[1m{heading.TrimEnd()}\e[0m" : heading.TrimEnd());
        }

        string retry = decision.RetryAfter == Timeout.InfiniteTimeSpan ? "never" : Exact(decision.RetryAfter);
        string line = string.Concat(
            number.ToString(CultureInfo.InvariantCulture).PadLeft(digits), "  ",
            Verdict(decision), new string(' ', decision.IsAllowed ? 2 : 3),
            $"{Format.Count(decision.Remaining),13}  {retry,13}  {Exact(decision.ResetAfter),13}  {Exact(decision.Delay),13}  {Words(source),-10}",
            _several ? $"  {PlainText.Clean(decision.DecidedBy ?? "nobody")}" : "");
        output.WriteLine(line.TrimEnd());
    }

    private string Verdict(Decision decision)
    {
        string word = decision.IsAllowed ? "allowed" : "denied";
        return _terminal.Colours ? $"\e[{(decision.IsAllowed ? 32 : 31)}m{word}\e[0m" : word;
    }

    private string RetryAfter(Decision decision) => decision.RetryAfter == Timeout.InfiniteTimeSpan
        ? $"never: a cost of {Format.Count(_options.Cost)} is above the limit's {Format.Count(decision.Limit)}"
        : Exact(decision.RetryAfter);

    private static string Words(string source) => source.Replace('_', ' ');

    private static string Quoted(string key) => $"\"{PlainText.Clean(key, MostOfKey)}\"";

    /// <summary>To the microsecond below a minute, where a person would wait for it.</summary>
    private static string Exact(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1) || time >= TimeSpan.FromMinutes(1)) return Format.Duration(time.Ticks / TimeSpan.TicksPerMicrosecond);
        return Invariant($"{time.TotalSeconds:0.######} s");
    }

    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromMicroseconds(Math.Round(time.TotalMicroseconds));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
