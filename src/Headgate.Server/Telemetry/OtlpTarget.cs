namespace Headgate.Server.Telemetry;

/// <summary>Whether metrics and traces are sent by OTLP, and where to. Names no type of OpenTelemetry: where they are not sent, nothing of it is loaded.</summary>
internal static class OtlpTarget
{
    /// <summary>Endpoints of the standard environment variables; the exporter reads them itself, with all others of their kind.</summary>
    private static readonly string[] Variables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    /// <summary>The port of OTLP over gRPC.</summary>
    private const int GrpcPort = 4317;

    /// <param name="options">Settings.</param>
    /// <param name="read">Reads an environment variable.</param>
    public static bool IsOn(ServeOptions options, Func<string, string?> read) =>
        options.OtlpEndpoint is not null
        || (Array.Exists(Variables, name => !string.IsNullOrEmpty(read(name))) && !string.Equals(read("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase));

    /// <summary>True for gRPC, false for protobuf over HTTP/1.1: as the standard variable says, else by the port.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="read">Reads an environment variable.</param>
    public static bool IsGrpc(Uri endpoint, Func<string, string?> read) => read("OTEL_EXPORTER_OTLP_PROTOCOL") is { Length: > 0 } protocol ? protocol == "grpc" : endpoint.Port == GrpcPort;

    /// <summary>Where a signal goes over HTTP: the endpoint is the root of all signals, as in the standard variable.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="signal"><c>metrics</c> or <c>traces</c>.</param>
    public static Uri PathOf(Uri endpoint, string signal) => new($"{endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}");
}
