using System.Globalization;

namespace Headgate.AspNetCore.Answers;

/// <summary>The fields as draft-ietf-httpapi-ratelimit-headers-11 has them.</summary>
internal sealed class Draft11Text : IFieldText
{
    public static Draft11Text Instance { get; } = new();

    public string Policy(LimitItem item) => item.WindowSeconds is { } window
        ? string.Create(CultureInfo.InvariantCulture, $"{item.Quoted};q={item.Quota};w={window}")
        : string.Create(CultureInfo.InvariantCulture, $"{item.Quoted};q={item.Quota};qu=\"concurrent-requests\"");

    public string Limit(LimitItem item, long remaining, long seconds)
    {
        long left = StructuredText.Integer(remaining);
        return seconds > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{item.Quoted};r={left};t={StructuredText.Integer(seconds)}")
            : string.Create(CultureInfo.InvariantCulture, $"{item.Quoted};r={left}");
    }
}
