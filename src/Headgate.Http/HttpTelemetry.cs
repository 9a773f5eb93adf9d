using System.Diagnostics.Metrics;

namespace Headgate.Http;

/// <summary>The instrument of outgoing requests. Nobody listening costs a field read.</summary>
internal static class HttpTelemetry
{
    public const string Sent = "sent";
    public const string Waited = "waited";
    public const string Refused = "refused";
    public const string LearnedBlock = "learned_block";

    private const int MostClients = 200;

    private static readonly Meter Meter = new(HeadgateDiagnostics.MeterName);
    private static readonly ClientLabels Clients = new(MostClients);

    public static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("headgate.http.client.requests", "{request}", "Outgoing requests by client and outcome.");

    /// <summary>The label of a client.</summary>
    public static string LabelOf(string client) => Clients.Of(client);

    public static void Record(string client, string outcome)
    {
        if (Requests.Enabled) Requests.Add(1, new KeyValuePair<string, object?>("client", client), new KeyValuePair<string, object?>("outcome", outcome));
    }
}
