using System.Globalization;

namespace Headgate.Cli.Bench;

/// <summary>Measured figures for people: as many digits as they are worth.</summary>
internal static class Figures
{
    public static string Time(double nanoseconds) => nanoseconds switch
    {
        < 100 => Text($"{nanoseconds:0.0} ns"),
        < 10_000 => Text($"{nanoseconds:#,0} ns"),
        < 100_000 => Text($"{nanoseconds / 1e3:0.0} us"),
        < 1_000_000 => Text($"{nanoseconds / 1e3:0} us"),
        < 10_000_000 => Text($"{nanoseconds / 1e6:0.00} ms"),
        _ => Text($"{nanoseconds / 1e6:#,0.0} ms"),
    };

    public static string Rate(double aSecond) => aSecond switch
    {
        < 10_000 => Text($"{aSecond:#,0}"),
        < 1_000_000 => Text($"{Math.Round(aSecond / 1000) * 1000:#,0}"),
        _ => Text($"{aSecond / 1e6:0.00} million"),
    };

    public static string Ratio(double ratio) => ratio < 10 ? Text($"{ratio:0.00}") : Text($"{ratio:#,0.0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
