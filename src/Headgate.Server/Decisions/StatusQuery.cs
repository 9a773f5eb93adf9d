using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.Server.Decisions;

/// <summary>The numbers in a query: <c>?max_requests=100&amp;window_duration_seconds=60&amp;cost=1</c>.</summary>
internal static class StatusQuery
{
    /// <summary>The longest number, in characters.</summary>
    private const int MaxLength = 100;

    /// <exception cref="RequestRefusal">400: a parameter is unknown, there twice, or no number within its bounds.</exception>
    public static CheckValues Read(HttpContext context)
    {
        CheckValues values = new();
        if (!context.Request.QueryString.HasValue) return values;
        foreach ((string name, StringValues given) in context.Request.Query)
        {
            CheckFields field = FieldOf(name);
            if (field == CheckFields.None)
            {
                string shown = name.Length > MaxLength ? name[..MaxLength] + "..." : name;
                throw RequestRefusal.Bad(shown, null, $"'{shown}' is no parameter here; known are {CheckReader.Known(CheckFields.Numbers)}. Leave it out.");
            }

            // Names in a query compare without case, and two that differ in case alone come as one with two values.
            if (given.Count != 1) throw RequestRefusal.Bad(name, given.ToString(), $"{name} is there {given.Count} times; give it once.");
            string text = given[0] ?? "";
            if (text.Length > MaxLength) text = text[..MaxLength] + "...";
            if (CheckNumbers.Set(Encoding.UTF8.GetBytes(text), field, ref values) is { } refusal) throw refusal;
        }

        return values;
    }

    private static CheckFields FieldOf(string name) => name switch
    {
        "cost" => CheckFields.Cost,
        "max_requests" => CheckFields.MaxRequests,
        "window_duration_seconds" => CheckFields.Window,
        _ => CheckFields.None,
    };
}
