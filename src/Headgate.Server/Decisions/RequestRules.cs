using Headgate.Server.Tenants;

namespace Headgate.Server.Decisions;

/// <summary>Limits made of numbers in requests. The latest are kept: a limit that is the same object is charged faster.</summary>
internal static class RequestRules
{
    private const int Kept = 1024;

    private static readonly ActionRule?[] Rules = new ActionRule?[Kept];

    /// <summary>A sliding log of the caller's numbers; what it does not give is the global default's.</summary>
    /// <exception cref="RequestRefusal">A number is missing, and the default's makes no sliding log.</exception>
    public static ActionRule Get(in DecisionRequest request, ActionRule fallback)
    {
        long maxRequests = request.MaxRequests ?? fallback.MaxRequests;
        TimeSpan window = request.Window ?? fallback.Window;
        ref ActionRule? place = ref Rules[HashCode.Combine(maxRequests, window) & (Kept - 1)];
        ActionRule? known = Volatile.Read(ref place);
        if (known is not null && known.MaxRequests == maxRequests && known.Window == window) return known;
        ActionRule made;
        try
        {
            made = ActionRule.Create(Algorithm.SlidingLog, maxRequests, window);
        }
        catch (ArgumentOutOfRangeException)
        {
            // The caller's own numbers are within bounds: it is the other one.
            string missing = request.MaxRequests is null ? "max_requests" : "window_duration_seconds";
            throw RequestRefusal.Bad(missing, null, $"{missing} is missing, and the global default's makes no limit of the kind that requests make. Give both numbers, or none.");
        }

        Volatile.Write(ref place, made);
        return made;
    }
}
