using System.Globalization;
using System.Numerics;
using System.Text;
using Headgate.Server.Http;

namespace Headgate.Server.Tests.Http;

public sealed class ExactNumberTests
{
    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("-0", 0, 0)]
    [InlineData("-0.00e99999999999", 6, 0)]
    [InlineData("1E3", 0, 1000)]
    [InlineData("1000e-3", 0, 1)]
    [InlineData("0.000001", 6, 1)]
    [InlineData("-1.5", 6, -1_500_000)]
    [InlineData("9223372036854775807", 0, long.MaxValue)]
    [InlineData("0.00000000000000000000000000000000000000000000000001e50", 0, 1)]
    public void Reads_a_number_exactly(string text, int decimals, long expected)
    {
        Assert.Equal(nameof(NumberFit.Exact), ExactNumber.Read(Encoding.ASCII.GetBytes(text), decimals, out long number).ToString());
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("", "NoNumber")]
    [InlineData("-", "NoNumber")]
    [InlineData("+1", "NoNumber")]
    [InlineData("01", "NoNumber")]
    [InlineData("1.", "NoNumber")]
    [InlineData(".5", "NoNumber")]
    [InlineData("1e", "NoNumber")]
    [InlineData("1e+", "NoNumber")]
    [InlineData("1x", "NoNumber")]
    [InlineData("1e1x", "NoNumber")]
    [InlineData("0x10", "NoNumber")]
    [InlineData("Infinity", "NoNumber")]
    [InlineData("1.0000001", "TooFine")]
    [InlineData("1e-7", "TooFine")]
    [InlineData("1e-99999999999999999999", "TooFine")]
    [InlineData("1.00000000000000000000000000000000000000000001", "TooFine")]
    [InlineData("9223372036855", "TooLarge")]
    [InlineData("1e400", "TooLarge")]
    [InlineData("1e99999999999999999999", "TooLarge")]
    public void Refuses_what_it_could_only_round(string text, string expected) =>
        Assert.Equal(expected, ExactNumber.Read(Encoding.ASCII.GetBytes(text), 6, out _).ToString());

    [Fact]
    public void Agrees_with_big_numbers_on_anything()
    {
        Random random = new(20260101);
        for (int i = 0; i < 20_000; i++)
        {
            string whole = Digits(random, 1, 12), fraction = Digits(random, 0, 12);
            int exponent = random.Next(-14, 14);
            if (whole.Length > 1) whole = whole.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0";
            string text = $"{whole}{(fraction.Length > 0 ? "." + fraction : "")}{(exponent == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"e{exponent}"))}";
            BigInteger numerator = BigInteger.Parse(whole + fraction, CultureInfo.InvariantCulture) * BigInteger.Pow(10, 40 + exponent - fraction.Length + 6);
            BigInteger expected = BigInteger.DivRem(numerator, BigInteger.Pow(10, 40), out BigInteger rest);
            NumberFit fit = ExactNumber.Read(Encoding.ASCII.GetBytes(text), 6, out long number);
            if (expected > long.MaxValue) Assert.True(fit is NumberFit.TooLarge || (fit == NumberFit.TooFine && !rest.IsZero));
            else Assert.Equal((rest.IsZero ? NumberFit.Exact : NumberFit.TooFine, rest.IsZero ? (long)expected : 0), (fit, number));
        }
    }

    private static string Digits(Random random, int least, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => (char)('0' + (random.Next(3) == 0 ? 0 : random.Next(10)))));
}
