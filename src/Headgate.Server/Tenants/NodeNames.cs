using Headgate.AspNetCore.Admin;
using Headgate.Server.Access;

namespace Headgate.Server.Tenants;

/// <summary>How the service's JSON names algorithms, failure modes and roles: in the order of their values.</summary>
internal static class NodeNames
{
    public static readonly string[] Algorithms =
        ["sliding_log", "sliding_window", "fixed_window", "token_bucket", "leaky_bucket", "concurrency", "hybrid", "custom"];

    public static readonly string[] FailureModes = ["open", "closed", "local"];

    public static readonly string[] Roles = ["decide", "configure", "monitor", "admin"];

    private const int MaxShown = 60;

    public static string Of(Algorithm algorithm) => Algorithms[(int)algorithm];

    public static string Of(FailureMode mode) => FailureModes[(int)mode];

    public static string Of(KeyRole role) => Roles[(int)role];

    /// <summary>The value of a field that is one of some names; null if it is not there.</summary>
    /// <exception cref="AdminRefusal">It is none of them.</exception>
    public static int? Choice(this AdminFields fields, string field, string[] names)
    {
        if (fields.Text(field) is not { } text) return null;
        int place = Array.IndexOf(names, text);
        if (place >= 0) return place;
        throw AdminRefusal.Bad(field, text, $"{field} is '{(text.Length > MaxShown ? text[..MaxShown] + "..." : text)}'; it must be one of {string.Join(", ", names)}.");
    }
}
