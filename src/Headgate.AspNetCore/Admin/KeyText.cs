using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.AspNetCore.Admin;

/// <summary>The key that a request is about.</summary>
internal static class KeyText
{
    /// <summary>The longest key, in characters: more than any that a request can come to have.</summary>
    public const int MaxLength = 4_096;

    public static string Check(string field, string? key) => key switch
    {
        null => throw AdminRefusal.Bad(field, null, $"{field} is missing; it must have 1 to {MaxLength} characters. Give the caller or the policy."),
        { Length: 0 or > MaxLength } => throw AdminRefusal.Bad(field, key, $"{field} has {key.Length} characters; it must have 1 to {MaxLength}. Give the caller or the policy."),
        _ => key,
    };

    /// <summary>The key at the end of the path. It may have slashes, plain or escaped.</summary>
    public static string OfPath(HttpContext context)
    {
        string decoded = context.Request.RouteValues["key"] as string ?? "";
        // The server decodes everything but %2F, so that here an escaped slash cannot be told from an escaped "%2F".
        return Check("key", decoded.Contains("%2F", StringComparison.OrdinalIgnoreCase) && Raw(context, decoded) is { } raw ? raw : decoded);
    }

    private static string? Raw(HttpContext context, string decoded)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        int query = target.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> path = query < 0 ? target : target.AsSpan(0, query);
        // As many slashes as the decoded key has, and the one before it.
        int start = path.Length;
        for (int left = decoded.Count(c => c == '/') + 1; left > 0 && start > 0; left--) start = path[..start].LastIndexOf('/');
        if (start < 0) return null;
        string key = Uri.UnescapeDataString(path[(start + 1)..]);
        // A path that was rewritten on the way is not the one that was sent.
        return Slashes(key) == Slashes(decoded) ? key : null;
    }

    private static string Slashes(string key) => key.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
