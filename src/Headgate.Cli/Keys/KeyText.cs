using System.Text.Json;

namespace Headgate.Cli.Keys;

/// <summary>Keys for people and scripts.</summary>
internal static class KeyText
{
    private static readonly int[] Widths = [14, 11, 22, 34];

    /// <summary>The secret alone on standard output, so that a script can keep it; what it is, on the other stream.</summary>
    public static async Task<int> ShowSecretAsync(Terminal terminal, JsonElement key)
    {
        string tenant = Text(key, "tenant_id") is { } id ? $"tenant \"{PlainText.Clean(id, 200)}\"" : "all tenants";
        string until = Text(key, "expires_at") is { } time ? $"until {PlainText.Clean(time, 40)}" : "for ever";
        await terminal.Error.WriteLineAsync($"Key {PlainText.Clean(Text(key, "id") ?? "", 100)} \"{PlainText.Clean(Text(key, "name") ?? "", 200)}\": {Text(key, "role")}, {tenant}, good {until}.").ConfigureAwait(false);
        if (Text(key, "previous_until") is { } previous) await terminal.Error.WriteLineAsync($"The secret before is good until {PlainText.Clean(previous, 40)}.").ConfigureAwait(false);
        await terminal.Error.WriteLineAsync("The secret is shown now and never again:").ConfigureAwait(false);
        await terminal.Output.WriteLineAsync(Text(key, "secret")).ConfigureAwait(false);
        return ExitCode.Done;
    }

    public static async Task ListAsync(Terminal terminal, IAsyncEnumerable<JsonElement> keys, bool json)
    {
        int count = 0;
        await foreach (JsonElement key in keys.ConfigureAwait(false))
        {
            if (json)
            {
                await terminal.Output.WriteLineAsync(key.GetRawText()).ConfigureAwait(false);
            }
            else
            {
                if (count == 0) await WriteRowAsync(terminal, "id", "role", "tenant", "good until", "name").ConfigureAwait(false);
                await WriteRowAsync(terminal, Text(key, "id"), Text(key, "role"), Text(key, "tenant_id") ?? "(all)", Text(key, "expires_at") ?? "for ever", Text(key, "name")).ConfigureAwait(false);
            }

            count++;
        }

        if (count == 0 && !json) await terminal.Error.WriteLineAsync("There are no keys.").ConfigureAwait(false);
    }

    private static Task WriteRowAsync(Terminal terminal, params string?[] cells) =>
        terminal.Output.WriteLineAsync(string.Concat(cells.Select((cell, i) => PlainText.Clean(cell ?? "", 200) is var text && i < Widths.Length ? text.PadRight(Widths[i] - 1) + " " : text)));

    private static string? Text(JsonElement key, string field) => key.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;
}
