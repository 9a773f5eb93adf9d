using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Access;

/// <summary>A good key for something else. It says nothing of what there is.</summary>
internal static class AccessRefusal
{
    /// <param name="needed">What a key must be that may do this: "administers: its role must be admin".</param>
    public static RequestRefusal Forbidden(string needed) =>
        new(StatusCodes.Status403Forbidden, $"the key that was shown may not do this. Use one that {needed}.");
}
