// A chat hub: each user may send three messages at once and one a minute, over all connections. The client speaks SignalR's JSON protocol
// over a WebSocket; an application would use Microsoft.AspNetCore.SignalR.Client.
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Headgate;
using Microsoft.AspNetCore.SignalR;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
builder.Services.AddHeadgate().AddPolicy("chat", Limit.TokenBucket(capacity: 3, Rate.PerMinute(1)));
builder.Services.AddSignalR().AddHeadgate("chat");
builder.Services.AddSingleton<IUserIdProvider, UserOfQuery>();

await using WebApplication app = builder.Build();
app.MapHub<ChatHub>("/chat");
await app.StartAsync();
string address = app.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal);

using ClientWebSocket ann = await ConnectAsync("ann");
using ClientWebSocket annsPhone = await ConnectAsync("ann");
using ClientWebSocket ben = await ConnectAsync("ben");
await SendAsync("ann", ann, "hello");
await SendAsync("ann", annsPhone, "hello from my phone");
await SendAsync("ann", ann, "anybody here?");
await SendAsync("ann", annsPhone, "HELLO?");
await SendAsync("ben", ben, "hi");

async Task<ClientWebSocket> ConnectAsync(string user)
{
    ClientWebSocket socket = new();
    await socket.ConnectAsync(new Uri($"{address}/chat?user={user}"), CancellationToken.None);
    await WriteAsync(socket, """{"protocol":"json","version":1}""");
    await ReadAsync(socket);
    return socket;
}

async Task SendAsync(string user, ClientWebSocket socket, string text)
{
    await WriteAsync(socket, $$"""{"type":1,"invocationId":"1","target":"Send","arguments":[{{JsonSerializer.Serialize(text)}}]}""");
    while (true)
    {
        JsonElement message = await ReadAsync(socket);
        // 3 is the completion of an invocation; others are pings.
        if (!message.TryGetProperty("type", out JsonElement type) || type.GetInt32() != 3) continue;
        string answer = message.TryGetProperty("error", out JsonElement error) ? error.GetString()! : message.GetProperty("result").GetString()!;
        Console.WriteLine($"{user}: {answer[(answer.IndexOf("HubException: ", StringComparison.Ordinal) is var at and >= 0 ? at + "HubException: ".Length : 0)..]}");
        return;
    }
}

static Task WriteAsync(ClientWebSocket socket, string json) =>
    socket.SendAsync(Encoding.UTF8.GetBytes(json + '\u001e'), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

static async Task<JsonElement> ReadAsync(ClientWebSocket socket)
{
    byte[] buffer = new byte[4096];
    int length = 0;
    do
    {
        ValueWebSocketReceiveResult got = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
        length += got.Count;
    }
    while (buffer[length - 1] != 0x1e);
    return JsonElement.Parse(buffer.AsSpan(0, Array.IndexOf(buffer, (byte)0x1e)));
}

/// <summary>What clients call.</summary>
internal sealed class ChatHub : Hub
{
    public string Send(string text) => $"sent \"{text}\"";
}

/// <summary>Believes what the client says it is called. An application asks its authentication.</summary>
internal sealed class UserOfQuery : IUserIdProvider
{
    public string? GetUserId(HubConnectionContext connection) => connection.GetHttpContext()?.Request.Query["user"];
}
