using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Decisions;

/// <summary>The routes that decide.</summary>
internal sealed class CheckRoutes(CheckRoute check, StatusRoute status)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(CheckRoute.Path, (RequestDelegate)check.AnswerAsync);
        routes.MapGet(StatusRoute.Pattern, (RequestDelegate)status.AnswerAsync);
    }
}
