using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headgate.AspNetCore.Answers;

/// <summary>A body with places for what is so in a refusal. Immutable.</summary>
internal sealed partial class BodyTemplate
{
    private static readonly string[] Known = ["policy", "limit", "remaining", "retry_after_seconds", "reset_after_seconds", "status"];

    /// <summary>Literal text at even places, names at odd ones.</summary>
    private readonly string[] _parts;
    private readonly TextEncoder _encoder;
    private readonly string _absent;

    private BodyTemplate(string contentType, string text, TextEncoder encoder, string absent, string parameter)
    {
        if (text.Length > RefusalBody.MaxTemplateLength)
            throw new ArgumentException($"the {parameter} template has {text.Length} characters; it must have at most {RefusalBody.MaxTemplateLength}. Use RefusalBody.None and write a larger body with AnswerOptions.WriteBody.", parameter);
        ContentType = contentType;
        _encoder = encoder;
        _absent = absent;
        _parts = Placeholder().Split(text);
        for (int i = 1; i < _parts.Length; i += 2)
        {
            if (!Known.Contains(_parts[i]))
                throw new ArgumentException($"the {parameter} template has {{{_parts[i]}}}, which stands for nothing; it must be one of {{{string.Join("}, {", Known)}}}. Write a space after the brace if it is meant literally.", parameter);
        }
    }

    public string ContentType { get; }

    public static BodyTemplate Html(string text, string parameter) => new("text/html; charset=utf-8", text, HtmlEncoder.Default, "", parameter);

    /// <summary>Tried with numbers and without: what is sent is always JSON.</summary>
    public static BodyTemplate Json(string text, string parameter)
    {
        BodyTemplate template = new("application/json", text, JavaScriptEncoder.Default, "null", parameter);
        template.CheckJson(new Decision { Limit = 10, RetryAfter = TimeSpan.FromSeconds(1), DecidedBy = "policy" }, parameter);
        template.CheckJson(new Decision { RetryAfter = Timeout.InfiniteTimeSpan }, parameter);
        return template;
    }

    public byte[] Fill(in Decision decision, int status)
    {
        if (_parts.Length == 1) return Encoding.UTF8.GetBytes(_parts[0]);
        StringBuilder text = new();
        for (int i = 0; i < _parts.Length; i++) text.Append(i % 2 == 0 ? _parts[i] : ValueOf(_parts[i], decision, status));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private string ValueOf(string name, in Decision decision, int status)
    {
        if (name == "policy") return _encoder.Encode(decision.DecidedBy ?? "");
        long seconds = WholeSeconds.ToWait(decision);
        long number = name switch
        {
            "limit" => decision.Limit,
            "remaining" => decision.Remaining,
            "retry_after_seconds" => seconds,
            "reset_after_seconds" => WholeSeconds.Up(decision.ResetAfter),
            _ => status,
        };
        return number < 0 ? _absent : number.ToString(CultureInfo.InvariantCulture);
    }

    private void CheckJson(in Decision example, string parameter)
    {
        byte[] filled = Fill(example, 429);
        try
        {
            JsonDocument.Parse(filled).Dispose();
        }
        catch (JsonException error)
        {
            throw new ArgumentException($"the {parameter} template is no JSON once it is filled in: {error.Message} It came to: {Encoding.UTF8.GetString(filled)[..Math.Min(filled.Length, 200)]}", parameter, error);
        }
    }

    [GeneratedRegex(@"\{([a-z][a-z_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
