using System.Collections.Concurrent;

namespace Headgate.Http;

/// <summary>The labels of clients in metrics: their names, up to a bound, since a factory makes a client of any name that it is asked for. Thread-safe.</summary>
/// <param name="most">Clients beyond so many share one label. Callers at the same time may each add one more.</param>
internal sealed class ClientLabels(int most)
{
    /// <summary>What clients beyond the bound are called.</summary>
    public const string Other = "_other";

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    public string Of(string client)
    {
        if (_known.ContainsKey(client)) return client;
        return _known.Count < most ? _known.GetOrAdd(client, client) : Other;
    }
}
