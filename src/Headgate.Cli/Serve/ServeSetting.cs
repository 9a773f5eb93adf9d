using System.CommandLine;

namespace Headgate.Cli.Serve;

/// <summary>One setting of <c>headgate serve</c>: a flag, the environment variable that stands for it, what it means, what it must be.</summary>
internal sealed class ServeSetting
{
    /// <param name="flag">Such as <c>--max-connections</c>.</param>
    /// <param name="form">What its value looks like, in capitals; null for a switch.</param>
    /// <param name="fallback">What holds without it; null for nothing.</param>
    /// <param name="meaning">What it does, in a sentence.</param>
    public ServeSetting(string flag, string? form, string? fallback, string meaning)
    {
        (Flag, Form, Fallback, Meaning) = (flag, form, fallback, meaning);
        Variable = EnvironmentSettings.VariableOf(flag);
        Option = new Option<string?>(flag)
        {
            Description = $"{meaning} {(fallback is null ? "" : $"Default: {fallback}. ")}[{Variable}]",
            HelpName = form ?? "true|false",
            Arity = form is null ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
    }

    public string Flag { get; }

    public string? Form { get; }

    public string? Fallback { get; }

    public string Meaning { get; }

    /// <summary>Such as <c>HEADGATE_MAX_CONNECTIONS</c>.</summary>
    public string Variable { get; }

    public Option<string?> Option { get; }

    /// <summary>What was given: by the flag, else by the environment. An empty variable is as good as none.</summary>
    public SettingText? Read(ParseResult parsed, IReadOnlyDictionary<string, string> environment)
    {
        if (parsed.GetResult(Option) is { Implicit: false }) return new SettingText(Flag, parsed.GetValue(Option) ?? (Form is null ? "true" : ""));
        return environment.TryGetValue(Variable, out string? value) && value.Length > 0 ? new SettingText(Variable, value) : null;
    }
}

/// <summary>A value as it was given, and by what.</summary>
/// <param name="Source">The flag or variable.</param>
/// <param name="Text">As given.</param>
internal sealed record SettingText(string Source, string Text)
{
    /// <param name="bound">What it must be, and the remedy, after "it must be".</param>
    public CommandException Refuse(string bound) => CommandException.WrongUsage($"{Source} is \"{PlainText.Clean(Text, 200)}\"; it must be {bound}");
}
