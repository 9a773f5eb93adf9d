using System.Text.Json;

namespace Headgate.Docs.Tests.Service;

/// <summary>JSON as a page shows it against JSON as it came: the same, but for what differs from run to run.</summary>
internal static class ShownJson
{
    /// <summary>Times, and names that are drawn by lot: only of what kind they are is compared.</summary>
    private static readonly string[] Volatile =
        ["reset_time_seconds", "retry_after_seconds", "lease_id", "at", "since", "uptime_seconds", "id", "secret", "created_at"];

    /// <summary>What differs first; null if nothing does.</summary>
    public static string? Difference(string shown, string came)
    {
        using JsonDocument left = Parse(shown, "what the page shows");
        using JsonDocument right = Parse(came, "the answer");
        return Difference(left.RootElement, right.RootElement, "");
    }

    private static JsonDocument Parse(string text, string what)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"{what} is no JSON ({wrong.Message}): {text}", wrong);
        }
    }

    private static string? Difference(JsonElement shown, JsonElement came, string at)
    {
        if (shown.ValueKind != came.ValueKind) return $"{at}: {shown.GetRawText()} is shown, {came.GetRawText()} came";
        switch (shown.ValueKind)
        {
            case JsonValueKind.Object:
                string[] names = [.. shown.EnumerateObject().Select(field => field.Name)];
                string[] others = [.. came.EnumerateObject().Select(field => field.Name)];
                if (names.Except(others).FirstOrDefault() is { } missing) return $"{at}.{missing} is shown and did not come";
                if (others.Except(names).FirstOrDefault() is { } extra) return $"{at}.{extra} came and is not shown: {came.GetProperty(extra).GetRawText()}";
                return names.Where(name => !IsOfKindOnly(name, shown.GetProperty(name), came.GetProperty(name)))
                    .Select(name => Difference(shown.GetProperty(name), came.GetProperty(name), $"{at}.{name}")).FirstOrDefault(difference => difference is not null);
            case JsonValueKind.Array:
                JsonElement[] items = [.. shown.EnumerateArray()], otherItems = [.. came.EnumerateArray()];
                if (items.Length != otherItems.Length) return $"{at} has {items.Length} items on the page and {otherItems.Length} in the answer";
                return items.Zip(otherItems).Select((pair, i) => Difference(pair.First, pair.Second, $"{at}[{i}]")).FirstOrDefault(difference => difference is not null);
            case JsonValueKind.Number:
                return shown.GetDecimal() == came.GetDecimal() ? null : $"{at}: {shown.GetRawText()} is shown, {came.GetRawText()} came";
            default:
                return shown.ToString() == came.ToString() ? null : $"{at}: {shown.GetRawText()} is shown, {came.GetRawText()} came";
        }
    }

    /// <summary>A wait of zero is no wait like another: who is allowed has it every time.</summary>
    private static bool IsOfKindOnly(string name, JsonElement shown, JsonElement came)
    {
        if (!Volatile.Contains(name) || shown.ValueKind != came.ValueKind || shown.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return false;
        return name != "retry_after_seconds" || shown.ValueKind != JsonValueKind.Number || (shown.GetDecimal() == 0) == (came.GetDecimal() == 0);
    }
}
