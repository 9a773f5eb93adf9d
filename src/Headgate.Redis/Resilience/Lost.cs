namespace Headgate.Redis.Resilience;

/// <summary>Nothing was sent, because the client knows that the connection is lost. One for all: it is thrown on a path that must stay cheap.</summary>
internal sealed class Lost() : Exception("There is no connection to Redis. Check that it runs, its address and port, and that nothing between blocks them.")
{
    public static Lost Instance { get; } = new();
}
