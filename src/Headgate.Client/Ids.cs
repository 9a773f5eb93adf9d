using System.Runtime.CompilerServices;
using System.Text;

namespace Headgate.Client;

/// <summary>Checks what is asked before anything is sent, and writes ids into paths so that each stays one.</summary>
internal static class Ids
{
    public const int MaxLength = 128;
    public const int MaxClientLength = 256;

    /// <exception cref="ArgumentException">An id, the cost or a number is none.</exception>
    public static void Check(in CheckRequest request)
    {
        Check(request.Tenant, nameof(CheckRequest.Tenant), MaxLength);
        Check(request.Client, nameof(CheckRequest.Client), MaxClientLength);
        Check(request.Action, nameof(CheckRequest.Action), MaxLength);
        if (request.Cost < 0) Refuse(nameof(CheckRequest.Cost), request.Cost, "0 or more. Use ReleaseAsync to give permits back");
        if (request.MaxRequests is < 1 or > LimitBounds.MaxPermits) Refuse(nameof(CheckRequest.MaxRequests), request.MaxRequests, $"1 to {LimitBounds.MaxPermits}, or null");
        if (request.Window is { } window && (window < LimitBounds.MinPeriod || window > LimitBounds.MaxPeriod || window.Ticks % TimeSpan.TicksPerMicrosecond != 0))
            Refuse(nameof(CheckRequest.Window), window, $"{LimitBounds.MinPeriod} to {LimitBounds.MaxPeriod} in whole microseconds, or null");
    }

    public static void CheckTenant(string tenant) => Check(tenant, nameof(CheckRequest.Tenant), MaxLength);

    public static void CheckClient(string client) => Check(client, nameof(CheckRequest.Client), MaxClientLength);

    public static void CheckAction(string action) => Check(action, nameof(CheckRequest.Action), MaxLength);

    /// <summary>The id as one segment of a path: a slash in it is not a slash of the path, and two dots are not the folder above.</summary>
    public static string Segment(string id) => id switch
    {
        "." => "%2E",
        ".." => "%2E%2E",
        _ => Uri.EscapeDataString(id),
    };

    private static void Refuse(string name, object? value, string bound) => throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {bound}.");

    private static void Check(string? id, string name, int most)
    {
        if (string.IsNullOrEmpty(id)) throw new ArgumentException($"{name} is {(id is null ? "null" : "empty")}; it must have 1 to {most} characters.", name);
        if (id.Length > most) throw new ArgumentException($"{name} has {id.Length} characters; it must have 1 to {most}. Use a shorter id, or a hash of it.", name);
        if (!Ascii.IsValid(id)) CheckSurrogates(id, name);
    }

    /// <summary>Half a surrogate pair cannot be sent: it would arrive as the same mark as any other half, and two ids would be one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckSurrogates(string id, string name)
    {
        for (int i = 0; i < id.Length; i++)
        {
            if (!char.IsSurrogate(id[i])) continue;
            if (!char.IsSurrogatePair(id, i)) throw new ArgumentException($"{name} has half a surrogate pair, U+{(int)id[i]:X4}, at position {i}; it must be well-formed text. Encode binary ids as Base64.", name);
            i++;
        }
    }
}
