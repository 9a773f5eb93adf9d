using System.Net;
using System.Net.Sockets;

namespace Headgate.Client.Tests.Servers;

/// <summary>An address on which nobody listens.</summary>
internal static class Nowhere
{
    public static Uri Address()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Uri($"http://{socket.LocalEndPoint}");
    }
}
