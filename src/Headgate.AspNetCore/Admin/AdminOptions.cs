namespace Headgate.AspNetCore;

/// <summary>How the admin endpoints behave. Immutable.</summary>
public sealed record AdminOptions
{
    /// <summary>
    /// The SHA-256 of the key that opens the endpoints, as 64 hexadecimal digits; null (the default) leaves that to the application's own
    /// authorisation. The key is sent as <c>Authorization: Bearer KEY</c> or <c>X-Admin-Key: KEY</c>. Use a long random one.
    /// </summary>
    /// <exception cref="ArgumentException">The text is not 64 hexadecimal digits.</exception>
    public string? ApiKeyHash
    {
        get;
        init => field = value is null || (value.Length == 64 && value.All(char.IsAsciiHexDigit))
            ? value
            : throw new ArgumentException(
                $"ApiKeyHash has {value.Length} characters; it must be 64 hexadecimal digits, the SHA-256 of the key. Make them with: printf %s \"$KEY\" | sha256sum",
                nameof(ApiKeyHash));
    }

    /// <summary>
    /// The policy whose caller a rule or an <c>update-rule</c> means that names no policy; null (the default) for the only one there is.
    /// </summary>
    public string? DefaultPolicy { get; init; }
}
