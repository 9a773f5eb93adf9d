using StackExchange.Redis;

namespace Headgate.Redis.Resilience;

/// <summary>What an error means, and what an operator should do.</summary>
internal static class Failures
{
    /// <summary>True if the server itself spoke: it is there, whatever it refused.</summary>
    public static bool IsAnswer(Exception failure) => failure is RedisServerException;

    /// <summary>False if the request was surely not executed: Redis refused it, or it was never sent.</summary>
    public static bool MayHaveRun(Exception failure) => failure switch
    {
        RedisServerException or RedisCommandException or Lost => false,
        RedisConnectionException lost => lost.FailureType != ConnectionFailureType.UnableToResolvePhysicalConnection,
        _ => true,
    };

    public static string Slow(TimeSpan took, TimeSpan timeout) => FormattableString.Invariant(
        $"Redis answers, but in {took.TotalMilliseconds:F0} ms, and the time-out is {timeout.TotalMilliseconds:F0} ms. Raise Timeout, or look for what slows it down (SLOWLOG GET).");

    public static bool IsNoScript(RedisServerException failure) => failure.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    /// <summary>The error in a sentence that says what to do. Never contains a password or a key.</summary>
    public static string Explain(Exception failure)
    {
        string text = failure.Message;
        for (Exception? inner = failure.InnerException; inner is not null; inner = inner.InnerException) text += " " + inner.Message;
        return failure switch
        {
            RedisServerException => ExplainAnswer(text),
            TimeoutException => "Redis did not answer within the time-out. Check that it is not stopped, swapping or busy with a slow command (SLOWLOG GET), "
                + "and that the time-out is longer than a round trip.",
            Lost => failure.Message,
            ObjectDisposedException => "The connection has been disposed. Keep it for as long as the store is used.",
            _ when Has(text, "NOAUTH") || Has(text, "WRONGPASS") || Has(text, "AuthenticationFailure") || Has(text, "invalid password") =>
                "Redis refuses the password, or wants one and got none. Check password= in the connection string, and the user's rights (ACL LIST).",
            _ when Has(text, "LOADING") => ExplainAnswer("LOADING"),
            RedisCommandException => $"The client refuses the call: {failure.Message}",
            RedisConnectionException => "There is no connection to Redis. Check that it runs, its address and port, and that nothing between blocks them.",
            _ => $"Redis cannot be asked ({failure.GetType().Name}). See the exception.",
        };
    }

    private static readonly string[] Wrapped = ["OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM"];

    private static string ExplainAnswer(string text)
    {
        string code = text.Split(' ', 2)[0];
        // Before Redis 7 an error within a script came wrapped.
        if (code == "ERR") code = Array.Find(Wrapped, inner => text.Contains($"-{inner} ", StringComparison.Ordinal)) ?? code;
        return code switch
        {
            "OOM" => "Redis is out of memory (maxmemory) and refuses to write. Raise maxmemory, or look for what else fills it; keep maxmemory-policy noeviction for limits.",
            "READONLY" => "Redis is a read-only replica. Connect to the master, or name all nodes in the connection string so that the client finds it after a failover.",
            "LOADING" => "Redis is loading its data after a start. It will be ready when that is done.",
            "BUSY" => "Redis is busy running somebody's script for too long. Look at SLOWLOG GET; SCRIPT KILL ends one that has not written.",
            "NOAUTH" or "WRONGPASS" => "Redis refuses the password, or wants one and got none. Check password= in the connection string.",
            "NOPERM" => "Redis does not allow the user to run scripts on these keys. Grant +@scripting +@write +@read and the key prefix (ACL SETUSER).",
            // "Endpoint ... serving hashslot ... is not reachable" is what the client makes of a MOVED to a server that it has no connection to.
            "MASTERDOWN" or "CLUSTERDOWN" or "TRYAGAIN" or "MOVED" or "ASK" or "Endpoint" => $"The cluster is changing or has lost a master ({code}). It heals by itself when a replica takes over; check CLUSTER INFO.",
            "NOREPLICAS" => "Redis has too few replicas to write (min-replicas-to-write). Bring them back, or lower that setting.",
            "CROSSSLOT" => "Keys of one call lie in different slots of a cluster that was not known as one yet. It is known from now on.",
            "MISCONF" => "Redis cannot save to disk and refuses to write. Free disk space, or look at its log (stop-writes-on-bgsave-error).",
            "ERR" when Has(text, "unknown command") => "This Redis does not know a command that the script needs. Redis 5 or newer, or Valkey, is needed.",
            _ => $"Redis refused: {text}",
        };
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
