using Headgate.Conformance.Traces;

// Writes the recorded traces anew from the model, or says which of those on disk the model would answer otherwise.
if (args is not [("write" or "verify") and var command, .. { Length: <= 1 } rest])
{
    Console.Error.WriteLine("Usage: write|verify [folder]. The folder is tests/Headgate.Conformance/vectors by default.");
    return 2;
}

string folder = rest is [var given] ? given : Path.Combine("tests", "Headgate.Conformance", "vectors");
if (command == "write")
{
    Directory.CreateDirectory(folder);
    foreach ((string name, string json) in Vectors.Generate())
    {
        File.WriteAllText(Path.Combine(folder, name), json);
        Console.WriteLine($"{name}: {json.Length} characters");
    }

    return 0;
}

int wrong = 0;
foreach (string path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
{
    string written = File.ReadAllText(path);
    bool same = TraceJson.Write(TraceJson.Read(written).Select(TraceRecorder.Record)) == written;
    Console.WriteLine($"{Path.GetFileName(path)}: {(same ? "as the model says" : "differs from the model")}");
    wrong += same ? 0 : 1;
}

return wrong == 0 ? 0 : 1;
