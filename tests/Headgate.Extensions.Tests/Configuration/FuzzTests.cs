using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headgate.Extensions.Configuration;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>Whatever the bytes: settings, or an exception that says why not.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "policies", "routes", "store", "api_keys", "limits", "overrides", "exempt", ": ", ":", " ", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ",", "\"", "'", "&a ", "*a", "!!x ",
        "|\n", ">-\n", "? ", "%YAML 1.9\n", "---\n", "...\n", "#", "\t", "\\u", "\\xZZ", "\uFEFF", "\u0085", "\u2028", "\0", "~", "null", "fixed_window(permits=1, window=1s)", "1e999", "<<", "@", "`", "\r",
    ];

    [Fact]
    public void Arbitrary_bytes_are_read_or_refused()
    {
        Gen<byte[]> bytes = Gen.ArrayOf(Gen.Choose(0, 255).Select(n => (byte)n));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(bytes.ToArbitrary(), all => IsReadOrRefused(all)));
    }

    [Fact]
    public void Pieces_of_yaml_are_read_or_refused()
    {
        Gen<byte[]> text = Gen.ArrayOf(Gen.Elements(Pieces)).Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000).WithEndSize(60), Prop.ForAll(text.ToArbitrary(), all => IsReadOrRefused(all)));
    }

    [Fact]
    public void Every_file_that_is_cut_off_is_read_or_refused()
    {
        byte[] whole = Encoding.UTF8.GetBytes("policies: { a: { key: [ip], limits: [ 'fixed_window(permits=1, window=1s)' ], overrides: { \"x\": \"sliding_log(permits=1, window=1s)\" } } }\nroutes:\n  - { policies: [a], cost: 5 }\n");
        for (int length = 0; length < whole.Length; length++) Assert.True(IsReadOrRefused(whole[..length]));
    }

    private static bool IsReadOrRefused(byte[] bytes)
    {
        try
        {
            FileSource.Read("fuzz.yaml", bytes);
        }
        catch (HeadgateConfigurationException e)
        {
            return e.Errors.Count is > 0 and <= HeadgateConfigurationException.MaxErrors && e.Errors.All(error => error.Message.Length > 0 && !error.ToString().Any(char.IsControl));
        }

        return true;
    }
}
