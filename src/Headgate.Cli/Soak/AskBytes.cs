using System.Buffers.Text;
using System.Text;

namespace Headgate.Cli.Soak;

/// <summary>The bytes of requests: of decisions for numbered clients, built in place, and of anything else.</summary>
internal sealed class AskBytes
{
    /// <summary>A client's number always has so many digits, so that only they change.</summary>
    private const int Digits = 10;

    private readonly byte[] _request;
    private readonly int _client;
    private readonly int _tenant;

    /// <param name="host">For the Host field.</param>
    /// <param name="key">The secret of an API key; null for none.</param>
    /// <param name="action">The action that is asked for.</param>
    public AskBytes(string host, string? key, string action)
    {
        const string Tenant = "\"tenant_id\":\"tenant-";
        const string Client = "\"client_id\":\"client-";
        string body = $"{{{Tenant}0\",{Client}{new string('0', Digits)}\",\"action_type\":\"{action}\"}}";
        string text = Head(host, key, "POST", "/api/check_and_consume", body.Length) + body;
        _request = Encoding.ASCII.GetBytes(text);
        _client = text.IndexOf(Client, StringComparison.Ordinal) + Client.Length;
        _tenant = text.IndexOf(Tenant, StringComparison.Ordinal) + Tenant.Length;
    }

    /// <summary>The request for a client; the bytes hold until the next call.</summary>
    /// <param name="client">0 or more.</param>
    public ReadOnlyMemory<byte> For(long client)
    {
        _request[_tenant] = (byte)('0' + (client % 10));
        Utf8Formatter.TryFormat(client, _request.AsSpan(_client), out _, new System.Buffers.StandardFormat('D', Digits));
        return _request;
    }

    /// <summary>Any request.</summary>
    public static byte[] Of(string host, string? key, string method, string path, string? body = null) =>
        Encoding.ASCII.GetBytes(Head(host, key, method, path, body?.Length) + body);

    private static string Head(string host, string? key, string method, string path, int? length)
    {
        string authorization = key is null ? "" : $"Authorization: Bearer {key}\r\n";
        string content = length is null ? "" : $"Content-Type: application/json\r\nContent-Length: {length}\r\n";
        return $"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{authorization}{content}\r\n";
    }
}
