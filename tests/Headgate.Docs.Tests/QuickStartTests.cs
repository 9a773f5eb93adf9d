using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>
/// The quick start of ASP.NET Core, as a reader does it: a new web project outside the working copy, with the commands and the program of the
/// page. It must answer as printed.
/// </summary>
[Collection(Repository.Builds)]
public sealed partial class QuickStartTests
{
    private const string GetStarted = "docs/get-started/aspnetcore.md";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_quick_start_works_as_printed_in_a_new_web_project()
    {
        string program = ProgramOf("README.md");
        Assert.Equal(program, ProgramOf(GetStarted));
        string folder = Directory.CreateTempSubdirectory("headgate-quick-start-").FullName;
        try
        {
            string commands = CommandsOf("README.md");
            Assert.Equal(commands, CommandsOf(GetStarted));
            await BashAsync(folder, commands.Replace("../headgate/", Repository.Root + "/", StringComparison.Ordinal));
            string project = Path.Combine(folder, "hello");
            await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), program, TestContext.Current.CancellationToken);
            // What it references was built with these tests.
            await BashAsync(project, $"dotnet build --configuration {Repository.Configuration} --verbosity quiet -p:BuildProjectReferences=false");
            string[] answers = await AskAsync(Path.Combine(project, "bin", Repository.Configuration, "net10.0", "hello.dll"), 4);
            foreach (string page in (string[])["README.md", GetStarted])
            {
                Fence[] shown = [.. Markdown.Fences(page).Where(fence => fence.Language == "http")];
                Assert.NotEmpty(shown);
                foreach (Fence one in shown) AssertShown(one, one.Text.Contains(" 200 ", StringComparison.Ordinal) ? answers[0] : answers[3]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string ProgramOf(string page) =>
        Markdown.Fences(page).First(fence => fence.Language == "csharp" && fence.Text.Contains("app.Run();", StringComparison.Ordinal)).Text;

    private static string CommandsOf(string page) =>
        Markdown.Fences(page).First(fence => fence.Language == "bash" && fence.Text.StartsWith("dotnet new web", StringComparison.Ordinal)).Text;

    /// <summary>Numbers are not compared: a busy machine may need a second between the first request and the last.</summary>
    private static void AssertShown(Fence shown, string answer)
    {
        string[] lines = Number().Replace(answer, "#").Split('\n');
        Assert.All(Number().Replace(shown.Text, "#").Split('\n'), line => Assert.True(lines.Contains(line), $"{shown} shows '{line}', but the answer is\n{answer}"));
    }

    private static async Task BashAsync(string folder, string command)
    {
        Run run = await Run.OfAsync("bash", ["-e", "-c", $"cd '{folder}'\n{command}"], TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, $"{command}\n{run.Output}");
    }

    /// <summary>The answers to so many requests, as curl -i shows them.</summary>
    private static async Task<string[]> AskAsync(string program, int times)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using Process server = Process.Start(new ProcessStartInfo("dotnet", [program, "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true })!;
        try
        {
            Match listening = Match.Empty;
            while (!listening.Success)
            {
                string line = await server.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The program ended before it listened.");
                listening = Listening().Match(line);
            }

            using HttpClient client = new() { BaseAddress = new Uri(listening.Groups["address"].Value) };
            string[] answers = new string[times];
            for (int i = 0; i < times; i++)
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative), patience.Token);
                answers[i] = await TextOfAsync(response, patience.Token);
            }

            return answers;
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<string> TextOfAsync(HttpResponseMessage response, CancellationToken ct)
    {
        StringBuilder text = new($"HTTP/{response.Version} {(int)response.StatusCode} {response.ReasonPhrase}\n");
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers)) text.Append($"{name}: {string.Join(", ", values)}\n");
        return text.Append('\n').Append(await response.Content.ReadAsStringAsync(ct)).ToString();
    }

    [GeneratedRegex(@"Now listening on: (?<address>\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
