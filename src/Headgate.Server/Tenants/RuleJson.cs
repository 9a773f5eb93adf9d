using System.Text.Json;
using Headgate.AspNetCore.Admin;

namespace Headgate.Server.Tenants;

/// <summary>The limit of an action as JSON: <c>{"algorithm":"sliding_log","max_requests":100,"window_duration_seconds":60}</c>, or a text as <c>custom</c>.</summary>
internal static class RuleJson
{
    /// <summary>The longest text of a custom limit, in characters; 32 limits with long names fit.</summary>
    public const int MaxTextLength = 8_192;

    private static readonly string[] Numbered = NodeNames.Algorithms[..(int)Algorithm.Custom];

    public static void Write(Utf8JsonWriter json, ActionRule rule)
    {
        if (rule.Algorithm == Algorithm.Custom)
        {
            json.WriteString("algorithm", NodeNames.Of(rule.Algorithm));
            json.WriteString("limit", rule.Text);
        }
        else
        {
            WriteNumbers(json, rule, "");
        }
    }

    /// <summary>The global default stands among other settings: its fields are <c>default_max_requests</c> and so on.</summary>
    public static void WriteNumbers(Utf8JsonWriter json, ActionRule rule, string prefix)
    {
        json.WriteString(prefix + "algorithm", NodeNames.Of(rule.Algorithm));
        json.WriteNumber(prefix + "max_requests", rule.MaxRequests);
        NodeNumbers.WriteSeconds(json, prefix + "window_duration_seconds", rule.Window);
        if (rule.Burst is { } burst) json.WriteNumber(prefix + "burst", burst);
    }

    /// <exception cref="AdminRefusal">It is no limit, and why.</exception>
    public static ActionRule Read(AdminFields fields)
    {
        Algorithm algorithm = (Algorithm)(fields.Choice("algorithm", NodeNames.Algorithms) ?? (int)Algorithm.SlidingLog);
        Numbers numbers = ReadNumbers(fields, "");
        string? text = fields.Text("limit");
        fields.End();
        if (algorithm != Algorithm.Custom)
        {
            if (text is not null) throw AdminRefusal.Bad("limit", text, $"limit is a text and algorithm is {NodeNames.Of(algorithm)}; with a text it must be custom. Set algorithm to \"custom\".");
            return Build(algorithm, numbers, "");
        }

        if (numbers.Given is { } given) throw AdminRefusal.Bad(given, null, $"{given} is no field of a custom limit, whose numbers stand in its text. Leave it out.");
        return Custom(text);
    }

    /// <summary>What is not given stays as it is in <paramref name="missing"/>. The caller ends the fields.</summary>
    public static ActionRule ReadDefault(AdminFields fields, ActionRule missing)
    {
        const string Prefix = "default_";
        Algorithm? named = (Algorithm?)fields.Choice(Prefix + "algorithm", Numbered);
        Numbers numbers = ReadNumbers(fields, Prefix);
        if (named is null && numbers.Given is null) return missing;
        Algorithm algorithm = named ?? missing.Algorithm;
        // A burst belongs to the algorithm that it was given for.
        long? burst = numbers.Burst ?? (algorithm == missing.Algorithm ? missing.Burst : null);
        return Build(algorithm, new Numbers(numbers.MaxRequests ?? missing.MaxRequests, numbers.Window ?? missing.Window, burst, null), Prefix);
    }

    private static Numbers ReadNumbers(AdminFields fields, string prefix)
    {
        (string max, string window, string burst) = (prefix + "max_requests", prefix + "window_duration_seconds", prefix + "burst");
        string? given = fields.Has(max) ? max : fields.Has(window) ? window : fields.Has(burst) ? burst : null;
        return new Numbers(fields.Whole(max), fields.Seconds(window, LimitBounds.MaxPeriod), fields.Whole(burst), given);
    }

    private static ActionRule Build(Algorithm algorithm, Numbers numbers, string prefix)
    {
        string name = NodeNames.Of(algorithm);
        long max = numbers.MaxRequests ?? throw AdminRefusal.Bad(prefix + "max_requests", null, $"{prefix}max_requests is missing; {name} needs a whole number of 1 or more.");
        TimeSpan window = numbers.Window ?? (algorithm == Algorithm.Concurrency
            ? ActionRule.DefaultLeaseTime
            : throw AdminRefusal.Bad(prefix + "window_duration_seconds", null, $"{prefix}window_duration_seconds is missing; {name} needs a number of seconds above 0."));
        if (numbers.Burst is { } burst && algorithm is not (Algorithm.TokenBucket or Algorithm.LeakyBucket or Algorithm.Hybrid))
        {
            throw AdminRefusal.Bad(prefix + "burst", NodeNumbers.Text(burst),
                $"{prefix}burst is {burst}, and {name} has none; it goes with token_bucket, leaky_bucket and hybrid. Leave it out, or choose one of these.");
        }

        try
        {
            return ActionRule.Create(algorithm, max, window, numbers.Burst);
        }
        catch (ArgumentException refused)
        {
            // Of the numbers that make a limit, its own words name the one that is wrong.
            (string field, string value) = refused.ParamName switch
            {
                "capacity" when numbers.Burst is { } own => ("burst", NodeNumbers.Text(own)),
                "period" or "window" or "leaseTime" => ("window_duration_seconds", NodeNumbers.Text(NodeNumbers.SecondsOf(window))),
                _ => ("max_requests", NodeNumbers.Text(max)),
            };
            throw AdminRefusal.Bad(prefix + field, value, refused);
        }
    }

    private static ActionRule Custom(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw AdminRefusal.Bad("limit", text, "limit is missing; a custom limit is a text such as \"all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=1000, window=1d))\".");
        if (text.Length > MaxTextLength) throw AdminRefusal.Bad("limit", text, $"limit has {text.Length} characters; it must have at most {MaxTextLength}. Use fewer limits, or shorter names.");
        try
        {
            return ActionRule.Custom(text);
        }
        catch (FormatException bad)
        {
            throw AdminRefusal.Bad("limit", text, bad.Message);
        }
    }

    /// <summary>The numbers that were given; <c>Given</c> is the first field that is there, null if none is.</summary>
    private readonly record struct Numbers(long? MaxRequests, TimeSpan? Window, long? Burst, string? Given);
}
