using System.Security.Cryptography;
using System.Text;

namespace Headgate.Server.Access;

/// <summary>An admin key that the service is started with, to make the others. It is hashed at once and kept nowhere.</summary>
internal sealed class FirstKey
{
    /// <summary>The environment variable that holds it.</summary>
    public const string Variable = "HEADGATE_ADMIN_KEY";

    /// <summary>The shortest, in characters: what a person makes up is shorter.</summary>
    public const int MinLength = 32;

    private FirstKey(byte[] hash) => Hash = hash;

    public static Caller Caller { get; } = new("the admin key of the start", KeyRole.Admin, null);

    /// <summary>SHA-256.</summary>
    public byte[] Hash { get; }

    /// <summary>From a file, else from the environment; null if neither says one.</summary>
    /// <param name="file">The file; null for none. A line end at its end is no part of the key.</param>
    /// <param name="variable">The value of <see cref="Variable"/>.</param>
    /// <exception cref="ServeSettingsException">It cannot be read, or is no key.</exception>
    public static FirstKey? Read(string? file, string? variable)
    {
        if (file is not null) return Of(Text(file), $"the admin key in {file}");
        return string.IsNullOrEmpty(variable) ? null : Of(variable, $"the admin key in the environment variable {Variable}");
    }

    private static string Text(string file)
    {
        try
        {
            using StreamReader reader = new(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            char[] text = new char[KeySecret.MaxLength + 1];
            return new string(text, 0, reader.ReadBlock(text)).TrimEnd('\r', '\n');
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException or NotSupportedException)
        {
            throw new ServeSettingsException($"the admin key cannot be read from {file}: {unreadable.Message} Name a text file that this user may read, with the key and nothing else.");
        }
    }

    private static FirstKey Of(string key, string where)
    {
        if (key.Length < MinLength || key.Length > KeySecret.MaxLength)
        {
            throw new ServeSettingsException($"{where} has {(key.Length > KeySecret.MaxLength ? $"more than {KeySecret.MaxLength}" : key.Length)} characters; "
                + $"it must have {MinLength} to {KeySecret.MaxLength}. Make one with: openssl rand -base64 32");
        }

        if (!key.All(c => c is > ' ' and <= '~'))
            throw new ServeSettingsException($"{where} has characters that cannot stand in a header field; it must be of printable ASCII without spaces. Make one with: openssl rand -base64 32");
        byte[] hash = new byte[SHA256.HashSizeInBytes];
        KeySecret.Hash(key, hash);
        return new FirstKey(hash);
    }
}
