using System.Text.Json;
using Headgate.Server.Http;

namespace Headgate.Server.Decisions;

/// <summary>A request for one decision, or what is wrong with it.</summary>
internal readonly record struct CheckBody(CheckValues Values, RequestRefusal? Refusal)
{
    /// <summary>Kept, so that a request makes no delegate.</summary>
    public static BodyParser<CheckBody> Single { get; } = utf8 => Parse(utf8, CheckFields.Single);

    /// <summary>A request that gives permits back, or keeps them.</summary>
    public static BodyParser<CheckBody> Held { get; } = utf8 => Parse(utf8, CheckFields.Held);

    private static CheckBody Parse(ReadOnlySpan<byte> utf8, CheckFields known)
    {
        Utf8JsonReader json = CheckReader.Open(utf8);
        CheckValues values = new();
        RequestRefusal? refusal = CheckReader.Read(ref json, "the body", known, ref values);
        CheckReader.Close(ref json);
        return new CheckBody(values, refusal ?? values.Require(known & ~CheckFields.Numbers));
    }
}
