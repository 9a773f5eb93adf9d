using System.Net;
using System.Net.Sockets;

namespace Headgate.Cli.Soak;

/// <summary>Connections that are opened and then say nothing.</summary>
internal sealed class IdleLines : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>How many are open; reads each, so that one that was closed by the other side is found.</summary>
    public int Open => _sockets.Count(socket => !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0));

    /// <exception cref="CommandException">There are not as many to be had.</exception>
    public static async Task<IdleLines> OpenAsync(IPEndPoint target, int count, CancellationToken ct)
    {
        IdleLines lines = new();
        try
        {
            for (int i = 0; i < count; i++)
            {
                Socket socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                lines._sockets.Add(socket);
                await socket.ConnectAsync(target, ct).ConfigureAwait(false);
            }

            return lines;
        }
        catch (SocketException refused)
        {
            int had = lines._sockets.Count;
            lines.Dispose();
            throw CommandException.Failed(FormattableString.Invariant(
                $"{had} of {count} idle connections could be opened: {PlainText.Reason(refused)}. Raise the limit of open files (ulimit -n), or lower --idle."));
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
    }
}
