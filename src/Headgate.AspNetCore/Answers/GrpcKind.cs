using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Answers;

/// <summary>Whether a request is a gRPC call, and of which transport.</summary>
internal enum GrpcKind
{
    None = 0,

    /// <summary>Over HTTP/2 or later.</summary>
    Grpc = 1,

    /// <summary>gRPC-Web, over any version.</summary>
    Web = 2,

    /// <summary>gRPC-Web in base64.</summary>
    WebText = 3,
}

/// <summary>Tells gRPC calls by their content type.</summary>
internal static class GrpcKinds
{
    private const string Prefix = "application/grpc";

    /// <summary>gRPC itself needs HTTP/2; its content type over HTTP/1.1 is not a call that anybody could answer as one.</summary>
    public static GrpcKind Of(HttpRequest request)
    {
        string? type = request.ContentType;
        if (type is null || !type.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return GrpcKind.None;
        ReadOnlySpan<char> rest = type.AsSpan(Prefix.Length);
        if (Ends(rest)) return HttpProtocol.IsHttp2(request.Protocol) || HttpProtocol.IsHttp3(request.Protocol) ? GrpcKind.Grpc : GrpcKind.None;
        if (!rest.StartsWith("-web", StringComparison.OrdinalIgnoreCase)) return GrpcKind.None;
        rest = rest["-web".Length..];
        if (Ends(rest)) return GrpcKind.Web;
        return rest.StartsWith("-text", StringComparison.OrdinalIgnoreCase) && Ends(rest["-text".Length..]) ? GrpcKind.WebText : GrpcKind.None;
    }

    private static bool Ends(ReadOnlySpan<char> rest) => rest.IsEmpty || rest[0] is '+' or ';' or ' ';
}
