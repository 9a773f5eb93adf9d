using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.Server.Settings;

/// <summary>What the query of a request says, each name at most once, and no name that nobody knows.</summary>
internal static class SettingsQuery
{
    /// <exception cref="RequestRefusal">400: there is another name.</exception>
    public static void Allow(HttpRequest request, params ReadOnlySpan<string> names)
    {
        foreach (string name in request.Query.Keys)
        {
            if (!names.Contains(name))
                throw RequestRefusal.Bad(name, request.Query[name], $"'{(name.Length > 100 ? name[..100] : name)}' is no parameter of the query here; {(names.IsEmpty ? "there is none" : $"known are {string.Join(", ", names)}")}.");
        }
    }

    public static string? Text(HttpRequest request, string name)
    {
        StringValues found = request.Query[name];
        if (found.Count > 1) throw RequestRefusal.Bad(name, found.ToString(), $"{name} is given {found.Count} times; give it once.");
        return found.Count == 0 ? null : found[0];
    }

    /// <exception cref="RequestRefusal">400: it is no whole number within the bounds.</exception>
    public static long? Whole(HttpRequest request, string name, long least, long most)
    {
        if (Text(request, name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most) return number;
        throw RequestRefusal.Bad(name, text, $"{name} is '{(text.Length > 60 ? text[..60] : text)}'; it must be a whole number between {least} and {most}.");
    }
}
