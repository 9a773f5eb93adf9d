using System.Security.Cryptography;
using System.Text;

namespace Headgate.Redis.Scripts;

/// <summary>The one script of the store, put together from the Lua files, and the name by which Redis knows it.</summary>
internal static class Script
{
    private const string Main = "Script";

    /// <summary>The line of the main file that gives way to the parts.</summary>
    private const string Place = "need = parts";

    /// <summary>The parts by what the main file calls them: algorithms by their number in a request, the others by name.</summary>
    private static readonly (string Name, string File)[] Parts =
    [
        ("1", "TokenBucket"), ("2", "LeakyBucket"), ("3", "FixedWindow"), ("4", "SlidingWindow"), ("5", "SlidingLog"), ("6", "Concurrency"),
        ("'BucketFlow'", "BucketFlow"), ("'BucketRow'", "BucketRow"), ("'BucketConversion'", "BucketConversion"), ("'Wide'", "Wide"), ("'List'", "List"), ("'Afterwards'", "Afterwards"),
    ];

    /// <summary>What EVAL and SCRIPT LOAD take.</summary>
    public static string Text { get; } = Assemble();

    /// <summary>The SHA-1 of the text: EVALSHA's name for it, which keeps nothing secret.</summary>
#pragma warning disable CA5350
    public static byte[] Sha { get; } = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
#pragma warning restore CA5350

    /// <summary>
    /// The parts are the branches of one function: Redis runs a script from its first line at each call, and a function that is not called
    /// costs nothing.
    /// </summary>
    private static string Assemble()
    {
        StringBuilder parts = new("need = function(part)\n");
        for (int i = 0; i < Parts.Length; i++) parts.Append(i == 0 ? "if" : "elseif").Append($" part == {Parts[i].Name} then\n").Append(Code(Parts[i].File));
        parts.Append("end\nend");
        return Code(Main).Replace(Place, parts.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A file without its comments: Redis keeps the text of every script it has.</summary>
    private static string Code(string file)
    {
        using Stream stream = typeof(Script).Assembly.GetManifestResourceStream(file + ".lua")
            ?? throw new InvalidOperationException($"The assembly lacks its script {file}.lua. Build it anew.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        StringBuilder code = new();
        while (reader.ReadLine() is { } line)
        {
            string text = line.Trim();
            if (text.Length > 0 && !text.StartsWith("--", StringComparison.Ordinal)) code.Append(text).Append('\n');
        }

        return code.ToString();
    }
}
