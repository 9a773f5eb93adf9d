namespace Headgate.Docs.Tests;

/// <summary>A file in a folder of its own, for as long as it is needed.</summary>
internal sealed class TextFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("headgate-docs-");

    public TextFile(string name, string text)
    {
        Path = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllText(Path, text);
    }

    public string Path { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
