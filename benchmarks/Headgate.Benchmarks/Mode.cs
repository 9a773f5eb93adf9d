using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks;

/// <summary>How much is measured.</summary>
internal enum Mode
{
    Full,
    Quick,
    Smoke,
}

/// <summary>What a mode means in numbers.</summary>
internal static class ModeExtensions
{
    public static Effort Effort(this Mode mode) => mode switch
    {
        Mode.Full => Cli.Bench.Measuring.Effort.Full,
        Mode.Quick => Cli.Bench.Measuring.Effort.Quick,
        _ => Cli.Bench.Measuring.Effort.Smoke,
    };

    /// <summary>
    /// Ten million keys or a million lines prove something about memory and pauses; in a smoke run a thousandth proves that the
    /// code runs.
    /// </summary>
    public static int Scale(this Mode mode, int count) => mode == Mode.Smoke ? count / 1000 : count;
}
