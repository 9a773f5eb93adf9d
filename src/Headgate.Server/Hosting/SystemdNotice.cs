using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server.Hosting;

/// <summary>Tells systemd that the service listens, and that it stops (Type=notify, sd_notify(3)). Does nothing elsewhere.</summary>
internal sealed class SystemdNotice(IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    private const string Variable = "NOTIFY_SOCKET";

    private readonly string? _socket = Environment.GetEnvironmentVariable(Variable);
    private readonly List<CancellationTokenRegistration> _registrations = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(_socket)) return Task.CompletedTask;
        _registrations.Add(lifetime.ApplicationStarted.Register(() => Send(_socket, "READY=1")));
        _registrations.Add(lifetime.ApplicationStopping.Register(() => Send(_socket, "STOPPING=1")));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (CancellationTokenRegistration registration in _registrations) registration.Dispose();
    }

    /// <summary>One datagram. That nobody listens is no reason not to serve.</summary>
    private static void Send(string path, string state)
    {
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An abstract name is written with an @ for its leading zero.
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException)
        {
            // systemd ends what does not report, and says so itself.
        }
    }
}
