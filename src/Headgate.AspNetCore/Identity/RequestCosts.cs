using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Identity;

/// <summary>What a request costs.</summary>
internal static class RequestCosts
{
    private const int MaxShown = 32;

    /// <summary>The cost, in permits.</summary>
    /// <param name="context">The request.</param>
    /// <param name="says">A number, or the header that says one.</param>
    /// <param name="cost">The cost; 0 takes nothing.</param>
    /// <param name="error">What is wrong with the header, for the caller to read.</param>
    /// <returns>False if the header says anything but one number within its bound: the request is to be refused with 400.</returns>
    public static bool TryCostOf(HttpContext context, RequestCost says, out long cost, [NotNullWhen(false)] out string? error)
    {
        cost = says.Permits;
        error = null;
        if (says.Header is null) return true;
        StringValues lines = context.Request.Headers[says.Header];
        if (lines.Count == 0) return true;
        if (lines.Count == 1 && TryRead(lines[0], says.Most, out cost)) return true;
        string wrong = lines.Count == 1 ? $"says '{Printable(lines[0])}'" : $"is there {lines.Count} times";
        error = $"the header {says.Header} {wrong}; it must be one whole number between 0 and {says.Most}. Send digits only, or leave it out.";
        return false;
    }

    private static bool TryRead(string? text, long most, out long cost)
    {
        cost = 0;
        // The framework's reader would also take NUL characters at the end.
        return text is { Length: > 0 and <= MaxShown } && !text.AsSpan().ContainsAnyExceptInRange('0', '9')
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cost) && cost <= most;
    }

    private static string Printable(string? text)
    {
        ReadOnlySpan<char> shown = text.AsSpan(0, Math.Min(text?.Length ?? 0, MaxShown));
        string ascii = string.Create(shown.Length, shown, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++) to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
        });
        return text?.Length > MaxShown ? ascii + "..." : ascii;
    }
}
