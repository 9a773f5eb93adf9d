using System.Text.Json;
using Headgate.Server.Http;

namespace Headgate.Server.Decisions;

/// <summary>A request for one decision, or what is wrong with it.</summary>
internal readonly record struct CheckBody(CheckValues Values, RequestRefusal? Refusal)
{
    /// <summary>Kept, so that a request makes no delegate.</summary>
    public static BodyParser<CheckBody> Parser { get; } = Parse;

    private static CheckBody Parse(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader json = CheckReader.Open(utf8);
        CheckValues values = new();
        RequestRefusal? refusal = CheckReader.Read(ref json, "the body", CheckFields.Single, ref values);
        CheckReader.Close(ref json);
        return new CheckBody(values, refusal ?? values.Require(CheckFields.Ids));
    }
}
