using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Admin;

/// <summary>A request that an administrator must put differently: what the answer says. Thrown where it is found, answered in one place.</summary>
internal sealed class AdminRefusal(int status, string detail, string? field = null, string? value = null) : Exception(detail)
{
    /// <summary>The most characters of a refused value that are shown again.</summary>
    private const int MaxValueLength = 200;

    public int Status { get; } = status;

    public string? Field { get; } = field;

    public string? Value { get; } = value is { Length: > MaxValueLength } ? value[..MaxValueLength] + "..." : value;

    public static AdminRefusal Bad(string field, string? value, string detail) => new(StatusCodes.Status400BadRequest, detail, field, value);

    public static AdminRefusal Unknown(string detail) => new(StatusCodes.Status404NotFound, detail);

    /// <summary>A bound of a limit or a policy, in the words of whoever holds it.</summary>
    public static AdminRefusal Bad(string field, string? value, ArgumentException refused)
    {
        // The framework appends the parameter and the value, which stand in fields of their own here.
        string message = refused.Message;
        int appended = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        if (appended >= 0) message = message[..appended];
        // What the code calls "permits" came in a field of another name here.
        if (refused.ParamName is { Length: > 0 } parameter && message.StartsWith($"{parameter} ", StringComparison.Ordinal)) message = field + message[parameter.Length..];
        return Bad(field, value, message);
    }
}
