namespace Headgate.Extensions.Tests.Configuration;

/// <summary>A folder of a test's own.</summary>
internal sealed class Folder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("headgate-config-").FullName;

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    /// <summary>As careful programs do: written beside it, then renamed.</summary>
    public void Replace(string name, string text)
    {
        Write(name + ".new", text);
        File.Move(Path(name + ".new"), Path(name), overwrite: true);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
