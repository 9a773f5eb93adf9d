using Headgate.Server.Tenants;

namespace Headgate.Server.Decisions;

/// <summary>Limits made of numbers in requests. The latest are kept: a limit that is the same object is charged faster.</summary>
internal static class RequestRules
{
    private const int Kept = 1024;

    private static readonly ActionRule?[] Rules = new ActionRule?[Kept];

    /// <exception cref="RequestRefusal">The numbers make no limit.</exception>
    public static ActionRule Get(long maxRequests, TimeSpan window)
    {
        ref ActionRule? place = ref Rules[HashCode.Combine(maxRequests, window) & (Kept - 1)];
        ActionRule? known = Volatile.Read(ref place);
        if (known is not null && known.MaxRequests == maxRequests && known.Window == window) return known;
        ActionRule made;
        try
        {
            made = ActionRule.Create(Algorithm.SlidingLog, maxRequests, window);
        }
        catch (ArgumentOutOfRangeException refused)
        {
            throw RequestRefusal.Bad("max_requests", null, refused.Message);
        }

        Volatile.Write(ref place, made);
        return made;
    }
}
