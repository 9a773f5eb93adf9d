using System.CommandLine;
using System.Text.Json;

namespace Headgate.Cli.Keys;

/// <summary><c>headgate keys</c>: makes, lists, rotates and revokes API keys, of a service that runs or in the folder of one that does not.</summary>
internal static class KeysCommand
{
    private static readonly string[] Roles = ["decide", "configure", "monitor", "admin"];

    public static Command Create(Terminal terminal) => new("keys", "API keys of the decision service: a secret is printed once, alone, on standard output.")
    {
        CreateKey(terminal), List(terminal), Rotate(terminal), Revoke(terminal),
    };

    private static Command CreateKey(Terminal terminal)
    {
        KeyTarget target = new();
        Option<string> role = new("--role") { Description = "What its holder may do: decide, configure, monitor or admin.", HelpName = "ROLE", Required = true };
        Option<string?> tenant = new("--tenant") { Description = "The one tenant that it is good for. Default: all.", HelpName = "ID" };
        Option<string?> name = new("--name") { Description = "What people call it: who has it, and what for. Default: the role.", HelpName = "NAME" };
        Option<string?> expires = new("--expires") { Description = "How long it is good for, such as 90d. Default: for ever.", HelpName = "DURATION" };
        Command command = new("create", "Make a key.") { role, tenant, name, expires };
        target.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            string wanted = parsed.GetValue(role)!;
            if (!Roles.Contains(wanted, StringComparer.Ordinal))
                throw CommandException.WrongUsage($"--role is \"{PlainText.Clean(wanted, 100)}\"; it must be one of {string.Join(", ", Roles)}.");
            TimeSpan? lifetime = Duration(parsed.GetValue(expires), "--expires");
            IKeyRing keys = await target.OpenAsync(parsed, terminal, ct).ConfigureAwait(false);
            await using var _ = keys.ConfigureAwait(false);
            using JsonDocument made = await keys.CreateAsync(parsed.GetValue(name) ?? wanted, wanted, parsed.GetValue(tenant), lifetime, ct).ConfigureAwait(false);
            return await KeyText.ShowSecretAsync(terminal, made.RootElement).ConfigureAwait(false);
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        KeyTarget target = new();
        Option<bool> json = new("--json") { Description = "Print a JSON object a line." };
        Command command = new("list", "List keys, without their secrets.") { json };
        target.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            IKeyRing keys = await target.OpenAsync(parsed, terminal, ct).ConfigureAwait(false);
            await using var _ = keys.ConfigureAwait(false);
            await KeyText.ListAsync(terminal, keys.ListAsync(ct), parsed.GetValue(json)).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Rotate(Terminal terminal)
    {
        KeyTarget target = new();
        Argument<string> id = new("ID") { Description = "The key, as list shows it." };
        Option<string?> grace = new("--grace") { Description = "How long the secret that it has now is good as well, such as 1h. Default: not at all.", HelpName = "DURATION" };
        Command command = new("rotate", "Give a key another secret.") { id, grace };
        target.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            TimeSpan? both = Duration(parsed.GetValue(grace), "--grace");
            IKeyRing keys = await target.OpenAsync(parsed, terminal, ct).ConfigureAwait(false);
            await using var _ = keys.ConfigureAwait(false);
            using JsonDocument rotated = await keys.RotateAsync(parsed.GetValue(id)!, both ?? TimeSpan.Zero, ct).ConfigureAwait(false);
            return await KeyText.ShowSecretAsync(terminal, rotated.RootElement).ConfigureAwait(false);
        });
        return command;
    }

    private static Command Revoke(Terminal terminal)
    {
        KeyTarget target = new();
        Argument<string> id = new("ID") { Description = "The key, as list shows it." };
        Command command = new("revoke", "Delete a key: it is good for nothing from then on.") { id };
        target.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            IKeyRing keys = await target.OpenAsync(parsed, terminal, ct).ConfigureAwait(false);
            await using var _ = keys.ConfigureAwait(false);
            await keys.RevokeAsync(parsed.GetValue(id)!, ct).ConfigureAwait(false);
            await terminal.Error.WriteLineAsync($"Key {PlainText.Clean(parsed.GetValue(id)!, 100)} is revoked.").ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static TimeSpan? Duration(string? text, string flag) => text is null ? null
        : DurationArgument.TryRead(text, out TimeSpan duration) ? duration
        : throw CommandException.WrongUsage($"{flag} is \"{PlainText.Clean(text, 100)}\"; it must be a duration, such as 90d or 12h.");
}
