using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.Server.Hosting;

namespace Headgate.Server.Tests.Hosting;

public sealed class KestrelBoundsTests
{
    [Fact]
    public async Task Names_no_server()
    {
        await using Service service = await Service.StartAsync();
        using HttpResponseMessage answer = await service.Client.GetAsync("/nowhere", TestContext.Current.CancellationToken);
        Assert.Empty(answer.Headers.Server);
    }

    [Theory]
    [InlineData(KestrelBounds.MaxRequestLine, 10, 414)]
    [InlineData(10, KestrelBounds.MaxHeaderBytes, 431)]
    [InlineData(7_000, 15_000, 404)]
    public async Task Sizes_of_a_header_are_bounded(int target, int header, int status)
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(status, await StatusAsync(service, $"GET /{new string('a', target)} HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('b', header)}\r\nConnection: close\r\n\r\n"));
    }

    [Fact]
    public async Task The_number_of_header_fields_is_bounded()
    {
        await using Service service = await Service.StartAsync();
        string Fields(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: 1\r\n"));
        Assert.Equal(404, await StatusAsync(service, $"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{Fields(KestrelBounds.MaxHeaderCount - 2)}\r\n"));
        Assert.Equal(431, await StatusAsync(service, $"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{Fields(KestrelBounds.MaxHeaderCount - 1)}\r\n"));
    }

    [Fact]
    public async Task Connections_beyond_the_bound_are_closed()
    {
        await using Service service = await Service.StartAsync(new ServeOptions { MaxConnections = 2 });
        using Socket first = await ConnectAsync(service), second = await ConnectAsync(service);
        Assert.Equal(404, await AskAsync(first));
        Assert.Equal(404, await AskAsync(second));
        using Socket third = await ConnectAsync(service);
        Assert.Null(await AskAsync(third));
        // The others are as good as before.
        Assert.Equal(404, await AskAsync(first));
    }

    [Fact]
    public void Reads_the_limit_of_open_files()
    {
        Assert.Equal(1024, FileDescriptors.ReadLimit(["Limit                     Soft Limit           Hard Limit           Units     ", "Max open files            1024                 4096                 files     "]));
        Assert.Null(FileDescriptors.ReadLimit(["Max open files            unlimited            unlimited            files     "]));
        Assert.Null(FileDescriptors.ReadLimit([]));
    }

    [Theory]
    [InlineData(int.MaxValue / 2, true)]
    [InlineData(1, false)]
    public async Task Says_when_there_are_too_few_files_for_its_connections(int connections, bool warns)
    {
        await using Service service = await Service.StartAsync(new ServeOptions { MaxConnections = connections });
        Assert.Equal(warns, service.Log.All.Any(line => line.Id.Name == "FewFiles"));
    }

    private static async Task<Socket> ConnectAsync(Service service)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, service.Address.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<int> StatusAsync(Service service, string request)
    {
        using Socket socket = await ConnectAsync(service);
        return await AskAsync(socket, request) ?? 0;
    }

    /// <summary>The status of the answer; null if the connection is closed without one.</summary>
    private static async Task<int?> AskAsync(Socket socket, string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    {
        byte[] buffer = new byte[4096];
        int read = 0;
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
            while (!Encoding.ASCII.GetString(buffer, 0, read).Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                int more = await socket.ReceiveAsync(buffer.AsMemory(read), TestContext.Current.CancellationToken);
                if (more == 0) return null;
                read += more;
            }
        }
        catch (SocketException)
        {
            return null;
        }

        return int.Parse(Encoding.ASCII.GetString(buffer, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }
}
