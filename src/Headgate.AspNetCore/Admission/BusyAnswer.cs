using Headgate.AspNetCore.Answers;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Admission;

/// <summary>The answer to a request for which there is no room: 503, when to come again, and problem details of the type temporary-reduced-capacity.</summary>
internal sealed class BusyAnswer(TimeSpan retryAfter)
{
    private readonly long _seconds = WholeSeconds.Up(retryAfter);
    private readonly NumberText _numbers = new();

    public Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted) return Task.CompletedTask;
        response.Headers.CacheControl = "no-store";
        response.Headers.RetryAfter = _numbers.Of(_seconds);
        if (GrpcKinds.Of(context.Request) is var kind and not GrpcKind.None)
        {
            GrpcAnswer.WriteBusy(response, kind, retryAfter);
            return Task.CompletedTask;
        }

        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.ContentType = ProblemText.ContentType;
        response.ContentLength = ProblemText.Busy.Length(_seconds);
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        ProblemText.Busy.Write(response.BodyWriter, response.StatusCode, _seconds);
        return response.BodyWriter.FlushAsync(CancellationToken.None).AsTask();
    }
}
