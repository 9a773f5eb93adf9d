using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace Headgate.AspNetCore.Admin;

/// <summary>What all admin endpoints have in common: the gate before them, and answers as JSON.</summary>
internal sealed class AdminEndpoint(AdminGate gate)
{
    /// <summary>An endpoint behind the gate. Refusals become problem details.</summary>
    public RequestDelegate Behind(Func<HttpContext, string, Task> handle) => async context =>
    {
        try
        {
            AdminAccess access = context.GetEndpoint()?.Metadata.GetMetadata<AdminAccessMetadata>()?.Access ?? AdminAccess.Loopback;
            await handle(context, gate.Enter(context, access)).ConfigureAwait(false);
        }
        catch (AdminRefusal refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
        }
        catch (StoreUnavailableException unavailable)
        {
            await RefuseAsync(context, new AdminRefusal(StatusCodes.Status503ServiceUnavailable, unavailable.Message)).ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad)
        {
            await RefuseAsync(context, new AdminRefusal(bad.StatusCode, bad.Message)).ConfigureAwait(false);
        }
    };

    /// <summary>Says what the endpoint does where the application describes itself (OpenAPI).</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">The name of the operation.</param>
    /// <param name="summary">What it does, in one line.</param>
    /// <param name="parameters">A function whose parameters are those of the path and the query.</param>
    /// <param name="takes">The type of the body; null for none.</param>
    /// <param name="answers">What it answers, and the type of it.</param>
    public static void Describe(IEndpointConventionBuilder endpoint, string name, string summary, Delegate parameters, Type? takes, params ReadOnlySpan<(int Status, Type? Type)> answers)
    {
        if (takes is not null) endpoint.WithMetadata(new AcceptsMetadata(["application/json"], takes));
        foreach ((int status, Type? type) in answers)
            endpoint.WithMetadata(type is null ? new ProducesResponseTypeMetadata(status) : new ProducesResponseTypeMetadata(status, type, ["application/json"]));
        endpoint.WithName(name).WithSummary(summary).WithTags("Headgate admin").WithMetadata(parameters.Method);
        foreach (ParameterInfo parameter in parameters.Method.GetParameters()) endpoint.WithMetadata(new Parameter(parameter));
        foreach (int status in (ReadOnlySpan<int>)[400, 401, 403, 404])
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(AdminProblem), ["application/problem+json"]));
    }

    public static Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        // What a key has left is over in a moment, and is nobody else's business.
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(answer, type, cancellationToken: context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, AdminRefusal refusal)
    {
        if (context.Response.HasStarted) return Task.CompletedTask;
        AdminProblem problem = new()
        {
            Title = ReasonPhrases.GetReasonPhrase(refusal.Status),
            Status = refusal.Status,
            Detail = refusal.Message,
            Field = refusal.Field,
            Value = refusal.Value,
        };
        context.Response.StatusCode = refusal.Status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(problem, AdminJson.Readable.AdminProblem, "application/problem+json", context.RequestAborted);
    }

    private sealed class Parameter(ParameterInfo parameter) : IParameterBindingMetadata
    {
        public string Name => parameter.Name!;

        public bool HasTryParse => parameter.ParameterType != typeof(string);

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo => parameter;

        public bool IsOptional => parameter.Name != "key";
    }
}
