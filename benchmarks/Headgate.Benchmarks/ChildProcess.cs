using System.Diagnostics;
using System.Text.Json;

namespace Headgate.Benchmarks;

/// <summary>
/// Runs one measurement in a fresh process of this program: a clean heap, and a JIT that has seen nothing else.
/// </summary>
internal static class ChildProcess
{
    public const string Verb = "measure-one";

    public static T Measure<T>(params string[] arguments)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        ProcessStartInfo start = new(self) { RedirectStandardOutput = true };
        bool hosted = Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        if (hosted) start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.ArgumentList.Add(Verb);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{self} did not start.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with exit code {process.ExitCode}.");
        return JsonSerializer.Deserialize<T>(output, Json.Options)
            ?? throw new InvalidOperationException($"'{string.Join(' ', arguments)}' said nothing.");
    }
}

internal static class Json
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };
}
