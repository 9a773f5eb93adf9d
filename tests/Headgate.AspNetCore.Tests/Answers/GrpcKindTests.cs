using Headgate.AspNetCore.Answers;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Answers;

public class GrpcKindTests
{
    [Theory]
    [InlineData("application/grpc", "HTTP/2", 1)]
    [InlineData("application/grpc+proto", "HTTP/2", 1)]
    [InlineData("Application/gRPC;charset=utf-8", "HTTP/3", 1)]
    [InlineData("application/grpc", "HTTP/1.1", 0)]
    [InlineData("application/grpc-web", "HTTP/1.1", 2)]
    [InlineData("application/grpc-web+proto", "HTTP/2", 2)]
    [InlineData("application/grpc-web-text+proto", "HTTP/1.1", 3)]
    [InlineData("application/grpc-other", "HTTP/2", 0)]
    [InlineData("application/grpc-web-texts", "HTTP/2", 0)]
    [InlineData("application/grpcs", "HTTP/2", 0)]
    [InlineData("application/json", "HTTP/2", 0)]
    [InlineData(null, "HTTP/2", 0)]
    public void Calls_are_told_by_their_content_type(string? type, string protocol, int kind)
    {
        HttpContext context = new DefaultHttpContext();
        context.Request.ContentType = type;
        context.Request.Protocol = protocol;
        Assert.Equal((GrpcKind)kind, GrpcKinds.Of(context.Request));
    }
}
