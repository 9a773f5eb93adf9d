using System.Globalization;
using System.Text;

namespace Headgate.Server.Tests.Fuzz;

/// <summary>A request as bytes on the wire, good or not.</summary>
internal sealed class FuzzRequest
{
    public required string Method { get; set; }

    public required string Target { get; set; }

    public List<(string Name, string Value)> Headers { get; } = [];

    public byte[]? Body { get; set; }

    /// <summary>The length that is declared, where it is not the body's; the client ends the connection behind what it has.</summary>
    public int? DeclaredLength { get; set; }

    public bool Chunked { get; set; }

    public FuzzRequest Clone()
    {
        FuzzRequest copy = new() { Method = Method, Target = Target, Body = Body is null ? null : [.. Body] };
        copy.Headers.AddRange(Headers);
        return copy;
    }

    public byte[] ToBytes(string host)
    {
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        foreach ((string name, string value) in Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (Body is null) return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
        if (Chunked) head.Append("Transfer-Encoding: chunked\r\n\r\n");
        else head.Append(CultureInfo.InvariantCulture, $"Content-Length: {DeclaredLength ?? Body.Length}\r\n\r\n");
        byte[] start = Encoding.Latin1.GetBytes(head.ToString());
        return Chunked
            ? [.. start, .. Encoding.ASCII.GetBytes(Body.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. Body, .. "\r\n0\r\n\r\n"u8]
            : [.. start, .. Body];
    }

    public override string ToString()
    {
        string text = Encoding.Latin1.GetString(ToBytes("x"));
        return text.Length > 2_000 ? text[..2_000] + "..." : text;
    }
}
