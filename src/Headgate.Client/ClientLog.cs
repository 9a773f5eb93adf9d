using Microsoft.Extensions.Logging;

namespace Headgate.Client;

/// <summary>What an operator is told. No key, no id; an address without its path.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Warning, "The decision service on {Address} is left alone until it answers: {Why}. Meanwhile other endpoints or the failure mode answer.", EventName = "EndpointAway")]
    public static partial void EndpointAway(ILogger logger, string address, string why);

    [LoggerMessage(2, LogLevel.Information, "The decision service on {Address} answers again.", EventName = "EndpointBack")]
    public static partial void EndpointBack(ILogger logger, string address);
}
