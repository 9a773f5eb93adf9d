using Headgate.Server.Tests.Configuration;
using Xunit.Runner.InProc.SystemConsole;

namespace Headgate.Server.Tests;

/// <summary>The tests; or a process that a test starts to kill it.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not [WriterProcess.Name, var how, var folder]) return await ConsoleRunner.Run(args);
        await WriterProcess.RunAsync(how, folder);
        return 0;
    }
}
