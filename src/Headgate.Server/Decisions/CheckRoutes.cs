using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Decisions;

/// <summary>The routes that decide.</summary>
internal sealed class CheckRoutes(CheckRoute check, BatchRoute batch, JointRoute joint, HeldRoutes held, StatusRoute status)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(CheckRoute.Path, (RequestDelegate)check.AnswerAsync);
        routes.MapPost(BatchRoute.Path, (RequestDelegate)batch.AnswerAsync);
        routes.MapPost(JointRoute.Path, (RequestDelegate)joint.AnswerAsync);
        routes.MapPost(HeldRoutes.ReleasePath, (RequestDelegate)held.ReleaseAsync);
        routes.MapPost(HeldRoutes.RenewPath, (RequestDelegate)held.RenewAsync);
        routes.MapGet(StatusRoute.Pattern, (RequestDelegate)status.AnswerAsync);
    }
}
